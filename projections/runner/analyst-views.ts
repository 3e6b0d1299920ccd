import type { Pool, PoolClient } from "pg";
import { GrowingPause, messageOf, pause } from "../../infra/consumers/waiting.ts";
import type { Log } from "../../infra/log.ts";
import { inTransaction } from "../../infra/postgres/pool.ts";
import { actAs, rolesOf } from "./privileges.ts";
import type { Projection } from "./projection.ts";

/** Schema of the names by which analysts read: they stay the same whichever generation is live. */
const ANALYST_SCHEMA = "analyst";

/** How long a view may wait for those who read it. Whoever asks for it meanwhile waits behind. */
const LOCK_TIMEOUT_MS = 250;

/** The name under which analysts find a table: `orders`, `timeline_events`. */
const viewName = (projection: string, table: string): string =>
  table === projection || table.startsWith(`${projection}_`) ? table : `${projection}_${table}`;

/** The lock is not free; the generation was dropped meanwhile; another process has made the view, or is about to. */
const MEANWHILE: ReadonlySet<string> = new Set(["55P03", "42P01", "42P07", "23505", "XX000"]);

interface Wanted {
  readonly view: string;
  readonly schema: string;
  readonly table: string;
}

/**
 * Points the views at the live generations, those that point elsewhere: each in a transaction of its own that gives up
 * quickly, so that neither a swap nor anybody's query is held up for longer than a moment. Answers with the views that
 * are still to be changed. Does nothing where the database has no roles.
 */
export async function refreshAnalystViews(pool: Pool, projections: readonly Projection[]): Promise<string[]> {
  const owner = (await rolesOf(pool)).get("owner");
  if (owner === undefined) return [];
  const left: string[] = [];
  for (const wanted of await staleViews(pool, projections)) {
    try {
      await inTransaction(pool, (tx) => replace(tx, wanted, owner));
    } catch (error) {
      const { code } = error as { readonly code?: string };
      if (!MEANWHILE.has(code ?? "")) throw error;
      left.push(wanted.view);
    }
  }
  return left;
}

async function staleViews(pool: Pool, projections: readonly Projection[]): Promise<Wanted[]> {
  const { rows } = await pool.query<{ projection: string; schema: string; table: string }>(
    `SELECT g.projection, g.schema, c.relname AS table
     FROM runner.generations g JOIN pg_namespace n ON n.nspname = g.schema
       JOIN pg_class c ON c.relnamespace = n.oid AND c.relkind = 'r'
     WHERE g.state = 'live' AND g.projection = ANY($1) ORDER BY 1, 3`,
    [projections.map(({ name }) => name)],
  );
  const made = await pool.query<{ view: string; source: string | null }>(
    `SELECT relname AS view, obj_description(oid, 'pg_class') AS source FROM pg_class
     WHERE relnamespace = to_regnamespace($1) AND relkind = 'v'`,
    [ANALYST_SCHEMA],
  );
  const sources = new Map(made.rows.map(({ view, source }) => [view, source]));
  return rows
    .map(({ projection, schema, table }) => ({ view: viewName(projection, table), schema, table }))
    .filter(({ view, schema, table }) => sources.get(view) !== `${schema}.${table}`);
}

async function replace(tx: PoolClient, { view, schema, table }: Wanted, owner: string): Promise<void> {
  await actAs(tx, owner);
  await tx.query(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`);
  // Anew and not replaced: another version's columns may differ. Its readers' rights are the schema's default ones.
  await tx.query(`DROP VIEW IF EXISTS ${ANALYST_SCHEMA}.${view}`);
  await tx.query(`CREATE VIEW ${ANALYST_SCHEMA}.${view} AS SELECT * FROM ${schema}.${table}`);
  await tx.query(`COMMENT ON VIEW ${ANALYST_SCHEMA}.${view} IS '${schema}.${table}'`);
}

export interface AnalystViewsOptions {
  readonly pool: Pool;
  readonly projections: readonly Projection[];
  readonly log: Log;
  readonly signal: AbortSignal;
  /** How often it is looked whether a generation was swapped. Default 2,000 ms. */
  readonly everyMs?: number;
}

const AFTER_FAILURE = { firstMs: 1_000, lastMs: 30_000 };

/** Keeps the views at the live generations until the signal. Any number of processes may. Never rejects. */
export async function keepAnalystViews({
  pool,
  projections,
  log,
  signal,
  everyMs = 2_000,
}: AnalystViewsOptions): Promise<void> {
  const delay = new GrowingPause(AFTER_FAILURE);
  while (!signal.aborted) {
    try {
      await refreshAnalystViews(pool, projections);
      delay.reset();
      await pause(everyMs, signal);
    } catch (error) {
      log.warn({ cause: messageOf(error) }, "the views of analysts could not be brought up to date");
      await delay.wait(signal);
    }
  }
}
