import pg, { type Pool, type PoolClient } from "pg";
import { type Place, type PositionRow, placeOf, placeParameters } from "./position.ts";

/** Another process has the consumer now, or may have it: nothing of this one may be written. */
export class OwnershipLostError extends Error {
  readonly code = "ownership_lost";
}

const CLAIM = `
  INSERT INTO runner.positions AS position (name, epoch, updated_at) VALUES ($1, $2, clock_timestamp())
  ON CONFLICT (name) DO UPDATE SET epoch = excluded.epoch, updated_at = excluded.updated_at
    WHERE position.epoch <= excluded.epoch
  RETURNING commit, prepare`;

const MOVE = `
  WITH moved AS (
    UPDATE runner.positions SET commit = $5, prepare = $6, updated_at = clock_timestamp()
    WHERE name = $1 AND epoch = $2 AND commit IS NOT DISTINCT FROM $3 AND prepare IS NOT DISTINCT FROM $4
    RETURNING 1)
  SELECT 1 / count(*) FROM moved`;
/** What the server answers when nothing was moved. */
const DIVISION_BY_ZERO = "22012";

/**
 * Writes the new owner's epoch beside the position and answers where to go on. Waits for a transaction of the owner
 * before that is about to move the position; whatever that owner begins later can no longer be committed.
 */
export async function claimPosition(pool: Pool, name: string, epoch: bigint): Promise<Place> {
  const { rows } = await pool.query<PositionRow>(CLAIM, [name, epoch.toString()]);
  const row = rows[0];
  if (row === undefined) throw new OwnershipLostError(`${name}: a later epoch than ${epoch} exists`);
  return placeOf(row);
}

/**
 * Moves the position, if it still belongs to this epoch and stands where this owner left it; else throws. It fails at
 * the server: a COMMIT that was sent together with it commits nothing then.
 */
export async function movePosition(
  db: Pool | PoolClient,
  move: { readonly name: string; readonly epoch: bigint; readonly from: Place; readonly to: Place },
): Promise<void> {
  const places = [...placeParameters(move.from), ...placeParameters(move.to)];
  try {
    await db.query(MOVE, [move.name, move.epoch.toString(), ...places]);
  } catch (cause) {
    if (!(cause instanceof pg.DatabaseError) || cause.code !== DIVISION_BY_ZERO) throw cause;
    throw new OwnershipLostError(`${move.name}: the position was moved by another owner`, { cause });
  }
}

/** Where a consumer stands: for queries that wait for their read model. `known` is false before its first start. */
export async function readPosition(
  db: Pool | PoolClient,
  name: string,
): Promise<{ readonly place: Place; readonly known: boolean }> {
  const { rows } = await db.query<PositionRow>("SELECT commit, prepare FROM runner.positions WHERE name = $1", [name]);
  const row = rows[0];
  return row === undefined ? { place: undefined, known: false } : { place: placeOf(row), known: true };
}
