import type { Pool, PoolClient } from "pg";
import { inTransaction } from "../../infra/postgres/pool.ts";
import {
  findLive,
  GENERATION_COLUMNS,
  type Generation,
  GenerationStateError,
  GenerationUnknownError,
  lockGenerations,
} from "./generations.ts";

/** Told with the commit of every swap; the payload is the projection's name. */
export const GENERATIONS_CHANNEL = "ordertrail_generations";

/** Every generation that has not been dropped, also of projections that the code no longer has. */
export async function listGenerations(db: Pool | PoolClient): Promise<(Generation & { readonly created_at: Date })[]> {
  const { rows } = await db.query<Generation & { created_at: Date }>(
    `SELECT ${GENERATION_COLUMNS}, created_at FROM runner.generations WHERE state <> 'retired'
     ORDER BY projection, generation`,
  );
  return rows;
}

/** One generation. Rejects with GenerationUnknownError, also when it was dropped. */
export async function findGeneration(
  db: Pool | PoolClient,
  projection: string,
  generation: number,
): Promise<Generation> {
  const { rows } = await db.query<Generation>(
    `SELECT ${GENERATION_COLUMNS} FROM runner.generations
     WHERE projection = $1 AND generation = $2 AND state <> 'retired'`,
    [projection, generation],
  );
  const found = rows[0];
  if (found === undefined) {
    throw new GenerationUnknownError(`projection ${projection} has no generation ${generation}`);
  }
  return found;
}

/** The generation has caught up and was compared. One that is live or dropped stays what it is. */
export async function markReady(db: Pool | PoolClient, { schema }: Generation): Promise<void> {
  await db.query("UPDATE runner.generations SET state = 'ready' WHERE schema = $1 AND state = 'building'", [schema]);
}

/**
 * Within a transaction that holds the live generation's position row: `next` becomes the live one, `live` the previous.
 *
 * The lease of the one before is kept from everybody for ever, under an epoch that nobody has: a batch that waits for
 * the position fails at its compare-and-set, and nobody becomes its owner again.
 */
export async function swapGenerations(tx: PoolClient, live: Generation, next: Generation): Promise<void> {
  await lockGenerations(tx, live.projection);
  if ((await findLive(tx, live.projection))?.schema !== live.schema) {
    throw new GenerationStateError(`${live.schema} is not the live generation any more`);
  }
  await tx.query("UPDATE runner.generations SET state = 'previous' WHERE schema = $1", [live.schema]);
  const { rowCount } = await tx.query(
    "UPDATE runner.generations SET state = 'live' WHERE schema = $1 AND state IN ('building', 'ready')",
    [next.schema],
  );
  if (rowCount !== 1) throw new GenerationStateError(`${next.schema} has been dropped`);
  await tx.query(
    `INSERT INTO runner.leases AS lease (name, owner, epoch, expires_at)
     VALUES ($1, '', 1 + coalesce((SELECT epoch FROM runner.positions WHERE name = $1), 0), 'infinity')
     ON CONFLICT (name) DO UPDATE SET owner = '', epoch = lease.epoch + 1, expires_at = 'infinity'`,
    [live.schema],
  );
  await tx.query(
    `UPDATE runner.positions AS position SET epoch = lease.epoch, updated_at = clock_timestamp()
     FROM runner.leases AS lease WHERE position.name = $1 AND lease.name = $1`,
    [live.schema],
  );
  await tx.query("SELECT pg_notify($1, $2)", [GENERATIONS_CHANNEL, live.projection]);
}

/** The previous generation is to be built on again, to go live once more. Rejects with GenerationStateError. */
export async function reopenGeneration(pool: Pool, projection: string, generation: number): Promise<Generation> {
  return await inTransaction(pool, async (tx) => {
    await lockGenerations(tx, projection);
    const found = await findGeneration(tx, projection, generation);
    if (found.state === "live") throw new GenerationStateError(`generation ${generation} of ${projection} is live`);
    if (found.state !== "previous") return found;
    await tx.query("UPDATE runner.generations SET state = 'building' WHERE schema = $1", [found.schema]);
    await tx.query("UPDATE runner.leases SET expires_at = '-infinity' WHERE name = $1 AND expires_at = 'infinity'", [
      found.schema,
    ]);
    return { ...found, state: "building" };
  });
}

/** Whether whoever has the lease of a generation may write it with its outbox on: only the live one. */
export async function mayBeRun(db: Pool | PoolClient, { schema }: Generation): Promise<boolean> {
  const { rows } = await db.query<{ live: boolean }>(
    "SELECT state = 'live' AS live FROM runner.generations WHERE schema = $1",
    [schema],
  );
  return rows[0]?.live ?? true;
}

/** Undoes `reopenGeneration`: the generation is kept as it is, until it is dropped. */
export async function putBack(pool: Pool, { schema }: Generation): Promise<void> {
  await pool.query(
    "UPDATE runner.generations SET state = 'previous' WHERE schema = $1 AND state IN ('building', 'ready')",
    [schema],
  );
}
