import type { Pool } from "pg";
import { comparePlaces, type Place, type PositionRow, placeOf } from "../../infra/consumers/position.ts";
import { pause } from "../../infra/consumers/waiting.ts";
import { type EventStore, StoreUnavailableError } from "../../infra/event-store/port.ts";
import type { Log } from "../../infra/log.ts";

/** The log ends before places that consumers have passed: it was restored to an older point, or lost its end. */
export interface SetBack {
  /** Where the log ends. */
  readonly head: Place;
  /** Consumers that stand behind its end, and how far. */
  readonly ahead: readonly { readonly consumer: string; readonly place: Place }[];
}

/** A member of a cluster may answer a little less than another one has: it has to stay so for this long. */
const STAYS_SO_MS = 3_000;
const LOOK_AGAIN_MS = 250;
/** How long a start waits for the event store. */
const COMES_BACK_MS = 30_000;

/**
 * Compares where consumers stand with where the log ends. Undefined when no consumer has seen more than there is, which
 * is found out with one question to each. To be asked before anything is appended.
 *
 * @param staysSoMs how long it has to be so before it is believed
 */
export async function findSetBack(
  pool: Pool,
  store: EventStore,
  staysSoMs = STAYS_SO_MS,
): Promise<SetBack | undefined> {
  const giveUpAt = performance.now() + staysSoMs;
  for (;;) {
    const found = await look(pool, store);
    if (found === undefined || performance.now() >= giveUpAt) return found;
    await pause(LOOK_AGAIN_MS);
  }
}

async function look(pool: Pool, store: EventStore): Promise<SetBack | undefined> {
  const { rows } = await pool.query<PositionRow & { readonly name: string }>(
    "SELECT name, commit, prepare FROM runner.positions ORDER BY name",
  );
  const head = await store.head();
  const ahead = rows
    .map((row) => ({ consumer: row.name, place: placeOf(row) }))
    .filter(({ place }) => comparePlaces(place, head) > 0);
  return ahead.length === 0 ? undefined : { head, ahead };
}

/** As `findSetBack`, for a process that can do nothing anyway while the event store is away: waits for it for a while. */
export async function findSetBackOnceThere(pool: Pool, store: EventStore, log: Log): Promise<SetBack | undefined> {
  const giveUpAt = performance.now() + COMES_BACK_MS;
  for (;;) {
    try {
      return await findSetBack(pool, store);
    } catch (error) {
      if (!(error instanceof StoreUnavailableError) || performance.now() >= giveUpAt) throw error;
      log.warn({ cause: error.message }, "waiting for the event store, to see where the log ends");
    }
    await pause(LOOK_AGAIN_MS);
  }
}

/** The log was set back, and this process must not work on it: only the workers bring the database in line. */
export class LogSetBackError extends Error {
  readonly code = "log_set_back";
}

/** For processes that append: they wait until the workers have brought the database in line. Throws LogSetBackError. */
export async function refuseSetBack(pool: Pool, store: EventStore): Promise<void> {
  const found = await findSetBack(pool, store);
  if (found === undefined) return;
  const names = found.ahead.map(({ consumer }) => consumer).join(", ");
  throw new LogSetBackError(
    `the event log ends before what ${names} have seen: it was restored to an older point. Start the workers first, ` +
      "which bring the database in line with it",
  );
}
