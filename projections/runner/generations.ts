import type { Pool, PoolClient } from "pg";
import type { Clock } from "../../infra/clock.ts";
import { inTransaction } from "../../infra/postgres/pool.ts";
import type { Projection } from "./projection.ts";

export type GenerationState = "live" | "building" | "retired";

/** One building of a read model: a schema of its own and the epoch of its topics. */
export interface Generation {
  readonly projection: string;
  readonly generation: number;
  /** Version of the projection that made its tables. */
  readonly version: number;
  /** `<name>_g<generation>`; its consumer, and so its position and parked streams, go by the same name. */
  readonly schema: string;
  readonly state: GenerationState;
  /** `<name>:<generation>` */
  readonly epoch: string;
}

const NAME = /^[a-z][a-z0-9_]{0,40}$/;
const COLUMNS = "projection, generation, version, schema, state, epoch";

/** A read model that is asked for before its projection was ever started. */
export class NoLiveGenerationError extends Error {
  readonly code = "no_live_generation";
}

/**
 * The live generation of a projection; the first one is created when there is none. The live one may have been made by
 * another version of the projection (compare `version`): it goes on being read until a rebuild replaces it.
 */
export async function ensureProjection(pool: Pool, projection: Projection, clock: Clock): Promise<Generation> {
  const live = await findLive(pool, projection.name);
  if (live) return live;
  return await inTransaction(pool, async (tx) => {
    await lockGenerations(tx, projection.name);
    return (await findLive(tx, projection.name)) ?? (await create(tx, projection, "live", clock));
  });
}

/** A new, empty generation beside the live one. Numbers are never used again: topics' epochs are made of them. */
export async function addGeneration(pool: Pool, projection: Projection, clock: Clock): Promise<Generation> {
  return await inTransaction(pool, async (tx) => {
    await lockGenerations(tx, projection.name);
    return await create(tx, projection, "building", clock);
  });
}

/**
 * Removes a generation that is not live, with its tables, position and parked streams. Its row stays as `retired`.
 * Whoever builds it right now fails at its next batch.
 */
export async function dropGeneration(pool: Pool, projection: string, generation: number): Promise<void> {
  await inTransaction(pool, async (tx) => {
    await lockGenerations(tx, projection);
    const { rows } = await tx.query<Generation>(
      `SELECT ${COLUMNS} FROM runner.generations WHERE projection = $1 AND generation = $2`,
      [projection, generation],
    );
    const found = rows[0];
    if (found === undefined) throw new Error(`projection ${projection} has no generation ${generation}`);
    if (found.state === "live") throw new Error(`generation ${generation} of ${projection} is live`);
    for (const [table, column] of CONSUMER_ROWS) {
      await tx.query(`DELETE FROM runner.${table} WHERE ${column} = $1`, [found.schema]);
    }
    await tx.query(`DROP SCHEMA IF EXISTS ${found.schema} CASCADE`);
    await tx.query("UPDATE runner.generations SET state = 'retired' WHERE projection = $1 AND generation = $2", [
      projection,
      generation,
    ]);
  });
}

/** Which generation is read, remembered for a moment: asked at every query of a read model. */
export interface LiveSchemas {
  /** Rejects with NoLiveGenerationError; while the database is away, with what was known before if it was known. */
  of(projection: string): Promise<Generation>;
}

/** `refreshMs`: how long after a swap the old generation may still be read. */
export function liveSchemas(pool: Pool, refreshMs = 1_000): LiveSchemas {
  const known = new Map<string, { generation: Generation; until: number }>();
  const asking = new Map<string, Promise<Generation>>();

  const ask = async (projection: string): Promise<Generation> => {
    const found = await findLive(pool, projection);
    if (found === undefined) throw new NoLiveGenerationError(`projection ${projection} has not been started yet`);
    known.set(projection, { generation: found, until: performance.now() + refreshMs });
    return found;
  };

  return {
    async of(projection) {
      const remembered = known.get(projection);
      if (remembered && performance.now() < remembered.until) return remembered.generation;
      let answer = asking.get(projection);
      if (answer === undefined) {
        answer = ask(projection).finally(() => asking.delete(projection));
        asking.set(projection, answer);
      }
      if (remembered === undefined) return await answer;
      return await answer.catch(() => remembered.generation);
    },
  };
}

const CONSUMER_ROWS = [
  ["positions", "name"],
  ["leases", "name"],
  ["inflight", "consumer"],
  ["parked", "consumer"],
  ["parked_events", "consumer"],
] as const;

async function findLive(db: Pool | PoolClient, projection: string): Promise<Generation | undefined> {
  const { rows } = await db.query<Generation>(
    `SELECT ${COLUMNS} FROM runner.generations WHERE projection = $1 AND state = 'live'`,
    [projection],
  );
  return rows[0];
}

/** Processes that start together must not create the same generation twice. Ends with the transaction. */
async function lockGenerations(tx: PoolClient, projection: string): Promise<void> {
  await tx.query("SELECT pg_advisory_xact_lock(hashtextextended('runner.generations/' || $1, 0))", [projection]);
}

async function create(
  tx: PoolClient,
  projection: Projection,
  state: "live" | "building",
  clock: Clock,
): Promise<Generation> {
  const { name, version } = projection;
  if (!NAME.test(name)) throw new Error(`"${name}" cannot name a projection: ${NAME}`);
  const { rows } = await tx.query<{ next: number }>(
    "SELECT coalesce(max(generation), 0) + 1 AS next FROM runner.generations WHERE projection = $1",
    [name],
  );
  const generation = rows[0]?.next ?? 1;
  const schema = `${name}_g${generation}`;
  const epoch = `${name}:${generation}`;
  await tx.query(`CREATE SCHEMA ${schema}`);
  await tx.query(projection.create(schema));
  await tx.query(`INSERT INTO runner.generations (${COLUMNS}, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`, [
    name,
    generation,
    version,
    schema,
    state,
    epoch,
    new Date(clock.now()),
  ]);
  return { projection: name, generation, version, schema, state, epoch };
}
