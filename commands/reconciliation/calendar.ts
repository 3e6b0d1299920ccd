import type { Pool } from "pg";
import type { Clock } from "../../infra/clock.ts";
import { acquireLease, type Lease } from "../../infra/consumers/lease.ts";
import { GrowingPause, messageOf, pause } from "../../infra/consumers/waiting.ts";
import type { Log } from "../../infra/log.ts";

export interface CalendarOptions {
  /** Name of the lease and of the row. */
  readonly name: string;
  /** How often, in business milliseconds. */
  readonly everyMs: number;
  readonly pool: Pool;
  readonly clock: Clock;
  readonly instance: string;
  readonly leaseMs: number;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** The work. `signal` says that it is to stop; `held` turns false when another process may have begun. */
  work(how: { readonly signal: AbortSignal; held(): boolean }): Promise<void>;
}

const LOOK_EVERY_MS = 250;
/** So many looks at the clock go by between two looks at the row: somebody may have asked for the work at once. */
const LOOKS_A_ROW = 4;
const RETRY = { firstMs: 500, lastMs: 10_000 };

/**
 * Does some work again and again, in one process at a time, at times of the business's clock that outlive every process:
 * a lease says who, a row says when. Work that fails is done at its next time. Resolves after the signal; never rejects.
 */
export async function keepCalendar(options: CalendarOptions): Promise<void> {
  const { name, pool, instance, leaseMs, log, signal } = options;
  const delay = new GrowingPause(RETRY);
  let takeOver = true;
  while (!signal.aborted) {
    let lease: Lease | undefined;
    try {
      lease = await acquireLease({ pool, name, instance, leaseMs, log, takeOver });
      takeOver = false;
      if (lease) await keep(options, lease);
      else await pause(leaseMs / 3, signal);
      delay.reset();
    } catch (error) {
      log.warn({ calendar: name, cause: messageOf(error) }, "the calendar could not be kept; tried again");
      await delay.wait(signal);
    } finally {
      await lease?.release({ clean: true });
    }
  }
}

async function keep(options: CalendarOptions, lease: Lease): Promise<void> {
  const { name, everyMs, pool, clock, log, signal, work } = options;
  const stop = AbortSignal.any([signal, lease.lost]);
  const held = () => lease.held();
  // Not at once at the first start: what is new has nothing to be compared yet.
  let nextAt = await planned(pool, name, clock.now() + everyMs);
  let looks = 0;
  while (!stop.aborted && held()) {
    if (clock.now() < nextAt) {
      await pause(LOOK_EVERY_MS, stop);
      if (++looks % LOOKS_A_ROW === 0) nextAt = Math.min(nextAt, (await plannedAt(pool, name)) ?? nextAt);
      continue;
    }
    // Planned before it is done: work that ends its process does not end every process after it at once.
    nextAt = clock.now() + everyMs;
    await plan(pool, name, nextAt);
    await work({ signal: stop, held }).catch((error: unknown) =>
      log.error(
        { calendar: name, code: "calendar_work_failed", cause: messageOf(error) },
        "done again at its next time",
      ),
    );
  }
}

async function planned(pool: Pool, name: string, first: number): Promise<number> {
  await bringForward(pool, name, first);
  return (await plannedAt(pool, name)) ?? first;
}

/** When the work of a calendar is done next: epoch milliseconds; undefined when nobody has kept it yet. */
export async function plannedAt(pool: Pool, name: string): Promise<number | undefined> {
  const { rows } = await pool.query<{ next_at: Date }>("SELECT next_at FROM reconciliation.calendar WHERE name = $1", [
    name,
  ]);
  return rows[0]?.next_at.getTime();
}

/** Has the work of a calendar done as soon as its process looks, which is about a second later. */
export async function bringForward(pool: Pool, name: string, at: number): Promise<void> {
  await pool.query(
    `INSERT INTO reconciliation.calendar AS c (name, next_at) VALUES ($1, $2)
     ON CONFLICT (name) DO UPDATE SET next_at = LEAST(c.next_at, excluded.next_at)`,
    [name, new Date(at)],
  );
}

async function plan(pool: Pool, name: string, at: number): Promise<void> {
  await pool.query("UPDATE reconciliation.calendar SET next_at = $2 WHERE name = $1", [name, new Date(at)]);
}
