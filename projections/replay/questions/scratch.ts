import { randomBytes } from "node:crypto";
import type { Pool, PoolClient } from "pg";
import type { Clock } from "../../../infra/clock.ts";
import { readPosition } from "../../../infra/consumers/fence.ts";
import type { Place } from "../../../infra/consumers/position.ts";
import { inTransaction } from "../../../infra/postgres/pool.ts";
import { dropSchema, type Generation } from "../../runner/generations.ts";
import { actAs, asOwner, grantScratch, type Roles, rolesOf } from "../../runner/privileges.ts";
import type { Projection } from "../../runner/projection.ts";

/** What a scratch schema was made for. */
export type ScratchKind = "as-of" | "what-if";

/** A read model that somebody asked for beside the live one: a schema of its own that no generation knows of. */
export interface Scratch {
  /** `scratch_<projection>_<id>`; its position and parked streams go by the same name. */
  readonly schema: string;
  readonly projection: string;
  /** Version of the projection that made its tables. */
  readonly version: number;
  readonly kind: ScratchKind;
  /** RFC 3339. */
  readonly createdAt: string;
}

/** A scratch schema as it is listed. */
export interface ListedScratch extends Scratch {
  readonly position: Place;
  readonly bytes: number;
}

/** There is no scratch schema of that name. */
export class ScratchUnknownError extends Error {
  readonly code = "scratch_unknown";
}

/** After this time whoever makes the next scratch schema drops one that is left. */
export const SCRATCH_LIVES_MS = 7 * 24 * 60 * 60_000;

/** So many are kept: whoever makes one more drops the oldest. */
export const MOST_SCRATCHES = 20;

/** A new scratch schema, and those that were dropped because there were too many. */
export interface MadeScratch extends Scratch {
  readonly dropped: readonly string[];
}

const NAME = /^scratch_[a-z][a-z0-9_]*_[0-9a-f]{8}$/;

/**
 * Makes an empty scratch schema with a projection's tables; old ones, and the oldest beyond `most`, are dropped before.
 * What is known of it lies in the schema's own comment, so that dropping the schema leaves nothing behind.
 *
 * The tables of "what if" are made by somebody else's file: where the database has roles, it makes them as the scratch
 * role, which may do that in this one schema.
 */
export async function createScratch(
  pool: Pool,
  projection: Projection,
  kind: ScratchKind,
  clock: Clock,
  most = MOST_SCRATCHES,
): Promise<MadeScratch> {
  const dropped = await dropOldScratches(pool, clock, most);
  const schema = `scratch_${projection.name}_${randomBytes(4).toString("hex")}`;
  const createdAt = new Date(clock.now()).toISOString();
  const known = { projection: projection.name, version: projection.version, kind, createdAt };
  await inTransaction(pool, async (tx) => {
    const roles = await rolesOf(tx);
    await actAs(tx, roles.get("owner"));
    await tx.query(`CREATE SCHEMA ${schema}`);
    await tx.query(`COMMENT ON SCHEMA ${schema} IS ${tx.escapeLiteral(JSON.stringify(known))}`);
    if (kind === "what-if") await makeOnTrial(tx, roles, schema, projection);
    else await tx.query(projection.create(schema));
    await grantScratch(tx, roles, schema, kind === "what-if" ? "scratch" : "owner");
  });
  return { schema, ...known, dropped };
}

/** Makes tables as the scratch role, whose they are from then on; the right to make more goes with the transaction. */
async function makeOnTrial(tx: PoolClient, roles: Roles, schema: string, projection: Projection): Promise<void> {
  const role = roles.get("scratch");
  if (role !== undefined) await tx.query(`GRANT USAGE, CREATE ON SCHEMA ${schema} TO ${role}`);
  await actAs(tx, role);
  await tx.query(projection.create(schema));
  await actAs(tx, roles.get("owner"));
  if (role !== undefined) await tx.query(`REVOKE CREATE ON SCHEMA ${schema} FROM ${role}`);
}

/**
 * Whose a scratch schema is while it is filled: whoever can be killed and go on keeps its name; otherwise one that
 * could not be filled is dropped.
 */
export interface ScratchKeeping {
  /** The one that an earlier life has made; left out, one is made. */
  readonly scratch?: Scratch | undefined;
  /** Called with the one that was made before anything is put into it. */
  readonly made?: (scratch: MadeScratch) => Promise<unknown>;
}

/** Fills the kept scratch schema, or a new one, which is dropped when that fails and nobody keeps it. */
export async function inScratch<T>(
  pool: Pool,
  { scratch: kept, made }: ScratchKeeping,
  create: () => Promise<MadeScratch>,
  fill: (scratch: Scratch) => Promise<T>,
): Promise<T> {
  const scratch = kept ?? (await madeBy(create, made));
  try {
    return await fill(scratch);
  } catch (error) {
    if (kept === undefined && made === undefined) await dropScratch(pool, scratch.schema).catch(() => undefined);
    throw error;
  }
}

async function madeBy(create: () => Promise<MadeScratch>, made: ScratchKeeping["made"]): Promise<Scratch> {
  const scratch = await create();
  await made?.(scratch);
  return scratch;
}

/** A scratch schema in the place of a generation, for the machinery that builds and compares generations. */
export const asGeneration = ({ schema, projection, version }: Scratch): Generation => ({
  projection,
  generation: 0,
  version,
  schema,
  state: "building",
  epoch: `${projection}:scratch`,
});

/** All scratch schemas, the newest first. */
export async function listScratches(pool: Pool): Promise<ListedScratch[]> {
  const { rows } = await pool.query<{ schema: string; known: string | null; bytes: string }>(
    `SELECT n.nspname AS schema, obj_description(n.oid, 'pg_namespace') AS known,
       coalesce((SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c
                 WHERE c.relnamespace = n.oid AND c.relkind = 'r'), 0)::text AS bytes
     FROM pg_namespace n WHERE n.nspname ~ '^scratch_.*_[0-9a-f]{8}$'`,
  );
  const listed = await Promise.all(
    rows.map(async ({ schema, known, bytes }) => {
      const scratch = parse(schema, known);
      if (scratch === undefined) return [];
      const { place } = await readPosition(pool, schema);
      return [{ ...scratch, position: place, bytes: Number(bytes) }];
    }),
  );
  return listed.flat().toSorted((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
}

/** One scratch schema. Rejects with ScratchUnknownError. */
export async function findScratch(db: Pool | PoolClient, schema: string): Promise<Scratch> {
  const { rows } = await db.query<{ known: string | null }>(
    "SELECT obj_description(oid, 'pg_namespace') AS known FROM pg_namespace WHERE nspname = $1",
    [schema],
  );
  const found = NAME.test(schema) && rows[0] ? parse(schema, rows[0].known) : undefined;
  if (found === undefined) throw new ScratchUnknownError(`there is no scratch schema ${schema}`);
  return found;
}

/** Removes a scratch schema with its position and parked streams. Rejects with ScratchUnknownError. */
export async function dropScratch(pool: Pool, schema: string): Promise<void> {
  await inTransaction(pool, async (tx) => {
    await asOwner(tx);
    await findScratch(tx, schema);
    await dropSchema(tx, schema);
  });
}

/**
 * Drops what is older than SCRATCH_LIVES_MS, and the oldest until there is room for one more; what is being filled
 * stays. Answers with those that had to go before their time.
 */
async function dropOldScratches(pool: Pool, clock: Clock, most: number): Promise<string[]> {
  const before = clock.now() - SCRATCH_LIVES_MS;
  const { rows } = await pool.query<{ name: string }>(
    "SELECT name FROM runner.leases WHERE name LIKE 'scratch%' AND expires_at > clock_timestamp()",
  );
  const filling = new Set(rows.map(({ name }) => name));
  const listed = await listScratches(pool);
  const filled = listed.filter(({ schema }) => !filling.has(schema));
  const room = Math.max(0, most - 1 - (listed.length - filled.length));
  const dropped: string[] = [];
  for (const [at, { schema, createdAt }] of filled.entries()) {
    const isOld = Date.parse(createdAt) < before;
    if (!isOld && at < room) continue;
    // Two who start at once may both see it.
    await dropScratch(pool, schema).catch((error: unknown) => {
      if (!(error instanceof ScratchUnknownError)) throw error;
    });
    if (!isOld) dropped.push(schema);
  }
  return dropped;
}

function parse(schema: string, known: string | null): Scratch | undefined {
  if (known === null) return undefined;
  try {
    const { projection, version, kind, createdAt }: Omit<Scratch, "schema"> = JSON.parse(known);
    return { schema, projection, version, kind, createdAt };
  } catch {
    return undefined;
  }
}
