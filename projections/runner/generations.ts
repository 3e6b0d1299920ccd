import type { Pool, PoolClient } from "pg";
import type { Clock } from "../../infra/clock.ts";
import { type Place, type PositionRow, placeOf } from "../../infra/consumers/position.ts";
import { Problem } from "../../infra/http/problems.ts";
import { inTransaction } from "../../infra/postgres/pool.ts";
import { asOwner, grantGeneration } from "./privileges.ts";
import type { Projection } from "./projection.ts";

export type GenerationState =
  | "building"
  /** Caught up and compared; waits to be swapped in. */
  | "ready"
  | "live"
  /** Was live; kept until it is dropped. */
  | "previous"
  /** Dropped. */
  | "retired";

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
/** Columns of `runner.generations` that make a Generation. */
export const GENERATION_COLUMNS = "projection, generation, version, schema, state, epoch";

/** A read model that cannot be read now: its projection was never started, or it is being rebuilt in a new version. */
export class NoLiveGenerationError extends Problem {
  readonly code = "no_live_generation";

  constructor(detail: string) {
    super("unavailable", detail);
  }
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

/** What is asked of a generation does not go with the state that it is in. */
export class GenerationStateError extends Error {
  readonly code = "generation_state";
}

/** The projection has no such generation. */
export class GenerationUnknownError extends Error {
  readonly code = "generation_unknown";
}

/**
 * Removes a generation that is not live, with its tables, position and parked streams. Its row stays as `retired`.
 * Whoever builds it right now fails at its next batch. Rejects with GenerationUnknownError and GenerationStateError.
 *
 * @param evenLive removes a live one as well: of a projection that the code no longer has
 */
export async function dropGeneration(
  pool: Pool,
  projection: string,
  generation: number,
  evenLive = false,
): Promise<void> {
  await inTransaction(pool, async (tx) => {
    await lockGenerations(tx, projection);
    const { rows } = await tx.query<Generation>(
      `SELECT ${GENERATION_COLUMNS} FROM runner.generations WHERE projection = $1 AND generation = $2`,
      [projection, generation],
    );
    const found = rows[0];
    if (found === undefined) {
      throw new GenerationUnknownError(`projection ${projection} has no generation ${generation}`);
    }
    if (found.state === "live" && !evenLive) {
      throw new GenerationStateError(`generation ${generation} of ${projection} is live`);
    }
    await asOwner(tx);
    await dropSchema(tx, found.schema);
    await tx.query("UPDATE runner.generations SET state = 'retired' WHERE projection = $1 AND generation = $2", [
      projection,
      generation,
    ]);
  });
}

/** A live generation, and where it stood when the database was asked. */
export interface LiveStanding {
  readonly generation: Generation;
  readonly place: Place;
}

/**
 * Which generation is read. Every answer was true at some moment after the question, so whoever has read the new
 * generation after a swap never reads the old one again; questions that come while one is on its way share the next.
 */
export interface LiveSchemas {
  /** Rejects with NoLiveGenerationError, and when the database cannot be asked. */
  of(projection: string): Promise<Generation>;
  /** As `of`, with the generation's position at the same moment. */
  standing(projection: string): Promise<LiveStanding>;
}

type Standings = ReadonlyMap<string, LiveStanding>;

/**
 * Asks the database for the pointers.
 *
 * @param projections those of the running code: a live generation that another version of one has made is not answered
 */
export function liveSchemas(
  pool: Pool,
  projections: readonly Pick<Projection, "name" | "version">[] = [],
): LiveSchemas {
  const versions = new Map(projections.map(({ name, version }) => [name, version]));
  let asking: Promise<unknown> = Promise.resolve();
  let next: Promise<Standings> | undefined;

  const ask = (): Promise<Standings> => {
    next ??= asking.then(() => {
      // From here on it is on its way: who asks now needs a later one.
      next = undefined;
      const answer = liveStandings(pool);
      asking = answer.catch(() => {});
      return answer;
    });
    return next;
  };

  const standing = async (projection: string): Promise<LiveStanding> => {
    const found = (await ask()).get(projection);
    if (found === undefined) throw new NoLiveGenerationError(`read model ${projection} has not been started yet`);
    const version = versions.get(projection);
    if (version !== undefined && found.generation.version !== version) {
      throw new NoLiveGenerationError(`read model ${projection} is being rebuilt in version ${version}`);
    }
    return found;
  };
  return { standing, of: async (projection) => (await standing(projection)).generation };
}

/** The live generation of every projection, and where each stands. */
export async function liveStandings(db: Pool | PoolClient): Promise<Standings> {
  const { rows } = await db.query<Generation & PositionRow>(
    `SELECT ${GENERATION_COLUMNS.replaceAll("epoch", "g.epoch")}, p.commit, p.prepare
     FROM runner.generations AS g LEFT JOIN runner.positions AS p ON p.name = g.schema WHERE g.state = 'live'`,
  );
  return new Map(
    rows.map(({ commit, prepare, ...generation }) => [
      generation.projection,
      { generation, place: placeOf({ commit, prepare }) },
    ]),
  );
}

const CONSUMER_ROWS = [
  ["positions", "name"],
  ["leases", "name"],
  ["inflight", "consumer"],
  ["parked_events", "consumer"],
] as const;

/** Removes the schema that a projection was filled into, if it is there, with its position and parked streams. */
export async function dropSchema(tx: PoolClient, schema: string): Promise<void> {
  for (const [table, column] of CONSUMER_ROWS) {
    await tx.query(`DELETE FROM runner.${table} WHERE ${column} = $1`, [schema]);
  }
  // What the read model was decided to do without holds for its later generations.
  await tx.query(
    `DELETE FROM runner.dead_letters
     WHERE consumer = $1 AND (state <> 'discarded' OR starts_with(consumer, 'scratch_'))`,
    [schema],
  );
  await tx.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
}

/** The live generation of a projection, whatever version of it made it. */
export async function findLive(db: Pool | PoolClient, projection: string): Promise<Generation | undefined> {
  const { rows } = await db.query<Generation>(
    `SELECT ${GENERATION_COLUMNS} FROM runner.generations WHERE projection = $1 AND state = 'live'`,
    [projection],
  );
  return rows[0];
}

/** Processes that start together must not create the same generation twice. Ends with the transaction. */
export async function lockGenerations(tx: PoolClient, projection: string): Promise<void> {
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
  await asOwner(tx);
  await tx.query(`CREATE SCHEMA ${schema}`);
  await tx.query(projection.create(schema));
  await grantGeneration(tx, projection, schema);
  await tx.query(
    `INSERT INTO runner.generations (${GENERATION_COLUMNS}, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [name, generation, version, schema, state, epoch, new Date(clock.now())],
  );
  return { projection: name, generation, version, schema, state, epoch };
}
