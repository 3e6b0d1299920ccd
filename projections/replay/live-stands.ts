import pg, { type PoolClient } from "pg";
import { readPosition } from "../../infra/consumers/fence.ts";
import { comparePlaces, type Place, type PositionRow, placeOf } from "../../infra/consumers/position.ts";
import { pause } from "../../infra/consumers/waiting.ts";
import { inTransaction } from "../../infra/postgres/pool.ts";
import type { Generation } from "../runner/generations.ts";
import { BuildEndedError, type BuildOptions, buildUpTo } from "./build-generation.ts";

export interface MeetOptions extends BuildOptions {
  /** The live generation. */
  readonly live: Generation;
  /** Built by `buildUpTo`, and by nobody else now. */
  readonly rebuilt: Generation;
  /** How long the live one may take to reach a rebuilt one that is ahead of it. Default 60,000 ms. */
  readonly waitMs?: number;
}

/** The live generation moves on faster than the rebuilt one can follow. */
export class NeverMetError extends Error {
  readonly code = "never_met";
}

/** The live owner waits no longer than this for the rebuilt one's last events; then it goes on, and it is tried again. */
const LONGEST_HOLD_MS = 500;
/** Whatever happens to this process, the database lets the live owner go on after this. */
const DEAD_HAND_MS = 4_000;
const LOCK_WAIT_MS = 2_000;
const MOST_MEETINGS = 20;
/** Closer than this the rebuilt one is near enough for the last events to be handled under the lock. */
const NEAR_EVENTS = 200;
const MOST_ROUNDS = 30;
const POLL_MS = 50;

/**
 * Calls `act` at a moment at which live and rebuilt generation stand at the same position, and in which the live one
 * cannot move: its position row, which every live batch moves by compare-and-set, is locked in the transaction `act` is
 * given. Live batches go on being worked out meanwhile and wait at their end. `lockedAt` is by performance.now().
 *
 * The rebuilt generation follows the live one's position, never the head, so that it is never ahead; where it is (it was
 * built up to the head while the live one lagged), the live one is waited for.
 *
 * Rejects with NeverMetError, and with BuildEndedError after the signal.
 */
export async function whileLiveStands<T>(
  options: MeetOptions,
  act: (tx: PoolClient, place: Place, lockedAt: number) => Promise<T>,
): Promise<T> {
  const { pool, live, rebuilt, log, signal } = options;
  for (let meeting = 1; meeting <= MOST_MEETINGS; meeting++) {
    await liveReaches(options);
    await follow(options);
    const begun = performance.now();
    try {
      return await inTransaction(pool, async (tx) => {
        await tx.query(`SET LOCAL lock_timeout = ${LOCK_WAIT_MS}`);
        await tx.query(`SET LOCAL idle_in_transaction_session_timeout = ${DEAD_HAND_MS}`);
        const place = await lockPosition(tx, live);
        const lockedAt = performance.now();
        const last = AbortSignal.timeout(LONGEST_HOLD_MS);
        const stop = AbortSignal.any(signal ? [last, signal] : [last]);
        await buildUpTo({ ...options, analyze: false, signal: stop }, rebuilt, place);
        return await act(tx, place, lockedAt);
      });
    } catch (error) {
      if (signal?.aborted || !isTooSlow(error)) throw error;
      log.info({ live: live.schema, meeting, ms: Math.round(performance.now() - begun) }, "live moved on too far");
      await pause(POLL_MS * meeting, signal);
    }
  }
  throw new NeverMetError(
    `${rebuilt.schema} does not catch up with ${live.schema}: it was tried ${MOST_MEETINGS} times`,
  );
}

/** Locks where a generation stands until the transaction ends. */
export async function lockPosition(tx: PoolClient, { schema }: Generation): Promise<Place> {
  const { rows } = await tx.query<PositionRow>(
    "SELECT commit, prepare FROM runner.positions WHERE name = $1 FOR UPDATE",
    [schema],
  );
  return rows[0] && placeOf(rows[0]);
}

/** Builds after the live position until little is left. */
async function follow(options: MeetOptions): Promise<void> {
  const { pool, live, rebuilt } = options;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const { place } = await readPosition(pool, live.schema);
    const { events } = await buildUpTo({ ...options, analyze: round === 0 }, rebuilt, place);
    if (events <= NEAR_EVENTS) return;
  }
}

/**
 * Waits until the live generation stands where the rebuilt one does or further on: a rebuild that began later may be
 * ahead of a live generation that lags. Rejects with NeverMetError.
 */
export async function liveReaches({
  pool,
  live,
  rebuilt,
  waitMs = 60_000,
  signal,
}: Pick<MeetOptions, "pool" | "live" | "rebuilt" | "waitMs" | "signal">): Promise<void> {
  const { place: wanted } = await readPosition(pool, rebuilt.schema);
  const giveUpAt = performance.now() + waitMs;
  while (comparePlaces((await readPosition(pool, live.schema)).place, wanted) < 0) {
    if (performance.now() > giveUpAt || signal?.aborted) {
      throw new NeverMetError(`${live.schema} does not reach the position of ${rebuilt.schema}: is it running?`);
    }
    await pause(POLL_MS, signal);
  }
}

const isTooSlow = (error: unknown): boolean =>
  error instanceof BuildEndedError || (error instanceof pg.DatabaseError && error.code === "55P03");
