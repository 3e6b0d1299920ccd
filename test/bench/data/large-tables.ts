import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { MIGRATIONS } from "../../../cli/database/migrations.ts";
import { systemClock } from "../../../infra/clock.ts";
import { createEventStore } from "../../../infra/event-store/client.ts";
import { createLog } from "../../../infra/log.ts";
import { type EmbeddedPostgres, startPostgres } from "../../../infra/postgres/embedded.ts";
import { migrate } from "../../../infra/postgres/migrations.ts";
import { createPool } from "../../../infra/postgres/pool.ts";
import { analyticsProjection } from "../../../projections/analytics/projection.ts";
import { kitchenProjection } from "../../../projections/kitchen/projection.ts";
import { ordersProjection } from "../../../projections/orders/projection.ts";
import { buildTogether } from "../../../projections/replay/build-generation.ts";
import { addGeneration } from "../../../projections/runner/generations.ts";
import { timelineProjection } from "../../../projections/timeline/projection.ts";
import { startEventNodeProcess } from "../../contract/event-store/event-node-process.ts";
import { benchData, cachedLog } from "./cached-log.ts";
import { multiplied } from "./multiplied-rows.ts";

const MADE = [ordersProjection, kitchenProjection, timelineProjection, analyticsProjection];
/** One hour of business: 1,800 orders, one every two seconds. */
const HOUR_OF_EVENTS = 39_600;
const HOUR_MS = 3_600_000;
/** The last hour is cut off here, with orders in every state. */
const CUT_AT = 0.7;
const log = createLog("bench", "silent");

/** Schemas of read models with very many rows, and the server that has them. */
export interface LargeTables {
  readonly server: EmbeddedPostgres;
  readonly schemas: Readonly<Record<"orders" | "kitchen" | "timeline" | "analytics", string>>;
  /** Rows of the timeline. */
  readonly rows: number;
  /** Business time at which the last event happened, epoch milliseconds. */
  readonly now: number;
}

/**
 * A database whose timeline has about so many rows, with the orders, tickets and sums that belong to it. An hour of
 * business is built by the read models themselves; its rows are then copied, hour after hour, under ids of their own,
 * in the order in which a log would bring them, and the last hour stops in the midst of its orders. Kept for the next
 * run: 10 million rows are about 12 GB and are made in five minutes or so.
 */
export async function largeTables(rows: number, progress: (line: string) => void): Promise<LargeTables> {
  const base = await cachedLog(HOUR_OF_EVENTS, progress);
  const version = (await Promise.all(MADE.map(async ({ create }) => create("made")))).join("");
  const dir = join(benchData(), `tables-${fingerprint(version)}-${rows}`);
  const contents = join(dir, "contents.json");
  if (!existsSync(contents)) await rm(dir, { recursive: true, force: true });
  const server = await startPostgres(dir, log);
  try {
    if (!existsSync(contents)) await writeFile(contents, JSON.stringify(await fill(server, base.dir, rows, progress)));
    const made = JSON.parse(await readFile(contents, "utf8")) as Pick<LargeTables, "rows" | "now">; // written by the line before
    return { server, schemas: SCHEMAS, ...made };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

const SCHEMAS = { orders: "orders_big", kitchen: "kitchen_big", timeline: "timeline_big", analytics: "analytics_big" };

async function fill(
  { url }: EmbeddedPostgres,
  logDir: string,
  rows: number,
  progress: (line: string) => void,
): Promise<Pick<LargeTables, "rows" | "now">> {
  await migrate(url, MIGRATIONS);
  const { whole, cut } = await built(url, logDir);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query("SET synchronous_commit = off; SET maintenance_work_mem = '1GB'; SET max_parallel_workers = 2");
    const { rows: counted } = await client.query<{ rows: string }>(
      `SELECT count(*) AS rows FROM ${whole.timeline}.events`,
    );
    const hours = Math.max(1, Math.round(rows / Number(counted[0]?.rows)));
    for (const { name, tables, create } of MADE) {
      const schema = SCHEMAS[name as keyof typeof SCHEMAS]; // one for each of MADE
      // Not logged: these tables are made anew when the server was not stopped properly.
      await client.query(
        `CREATE SCHEMA ${schema}; ${create(schema).replaceAll("CREATE TABLE", "CREATE UNLOGGED TABLE")}`,
      );
      for (const table of tables) {
        const from = { whole: `${whole[name]}.${table}`, cut: `${cut[name]}.${table}` };
        await multiplied(client, { to: { schema, table }, from, hours, hourMs: HOUR_MS, progress });
      }
    }
    const { rows: end } = await client.query<{ now: Date; rows: string }>(
      `SELECT max(at) AS now, count(*) AS rows FROM ${SCHEMAS.timeline}.events`,
    );
    return { rows: Number(end[0]?.rows), now: end[0]?.now.getTime() ?? 0 };
  } finally {
    await client.end();
  }
}

/** The hour as the read models make it, whole and cut off; schemas by read model. */
async function built(url: string, logDir: string) {
  const node = await startEventNodeProcess(logDir);
  const store = createEventStore({ url: node.url, timeoutMs: 10_000 });
  const pool = createPool(url, { applicationName: "bench-fill" });
  try {
    const settings = { pool, store, log, clock: systemClock, instance: "bench" };
    const head = await store.head();
    const commit = BigInt(Math.floor(Number(head?.commit ?? 0n) * CUT_AT));
    const schemas = async (until: typeof head): Promise<Record<string, string>> => {
      const parts = [];
      for (const projection of MADE)
        parts.push({ projection, generation: await addGeneration(pool, projection, systemClock) });
      await buildTogether(settings, parts, until);
      return Object.fromEntries(parts.map(({ projection, generation }) => [projection.name, generation.schema]));
    };
    return { whole: await schemas(head), cut: await schemas({ commit, prepare: commit }) };
  } finally {
    await Promise.all([pool.end(), store.close()]);
    await node.end();
  }
}

function fingerprint(text: string): string {
  let hash = 7;
  for (const char of text) hash = (Math.imul(hash, 31) + (char.codePointAt(0) ?? 0)) >>> 0;
  return hash.toString(16);
}
