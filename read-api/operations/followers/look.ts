import type { Pool } from "pg";
import type { Place } from "../../../infra/consumers/position.ts";
import type { EventStore } from "../../../infra/event-store/port.ts";
import { type CircuitRow, readCircuits } from "../../../infra/outside/circuits-table.ts";
import { type ConsumerSeen, consumersSeen } from "./consumers-seen.ts";
import { LogTail } from "./log-tail.ts";
import { type Standing, standingOf } from "./standing.ts";

/** One look at everything that follows the log. */
export interface StatusSeen {
  /** When it was taken: RFC 3339, UTC. */
  readonly at: string;
  readonly consumers: readonly Standing[];
  /** Events appended a second since the look before; undefined at the first, and while the log is away. */
  readonly appended: number | undefined;
  /** Messages that wait for the relay, counted up to 10,000. */
  readonly outbox: number;
  /** Circuits towards the outside that have been open once, those that are open first. */
  readonly circuits: readonly CircuitSeen[];
  /** Why the log could not be asked; lags are not known then. */
  readonly logFault: string | undefined;
}

/** A circuit towards an outside system at a place. */
export type CircuitSeen = Pick<CircuitRow, "system" | "place" | "state" | "failureType" | "waiting"> & {
  /** RFC 3339. */
  readonly since: string;
};

/** How many events are read to count lags, at the first look and at later ones, which count what is new. */
export interface LookBudget {
  readonly first: number;
  readonly later: number;
  /** How long the log is waited for before the rest is told without it, in milliseconds; left out, as long as it takes. */
  readonly logMs?: number;
}

/** Enough to tell an emergency (100,000 events behind) from less. */
const THOROUGH: LookBudget = { first: 110_000, later: 5_000 };
const MOST_COUNTED = 10_000;

/** Counts messages that wait for the relay, up to a number. */
export type CountOutbox = (pool: Pool, most: number) => Promise<number>;

/** Looks again and again, and knows rates from the second time on. */
export class StatusLooker {
  readonly #pool: Pool;
  readonly #tail: LogTail;
  readonly #outbox: CountOutbox;
  readonly #budget: LookBudget;
  #atLog: Promise<string | undefined> | undefined;
  #before: { readonly at: number; readonly added: number; readonly seen: Map<string, ConsumerSeen> } | undefined;

  constructor(pool: Pool, store: Pick<EventStore, "readAll">, outbox: CountOutbox, budget: LookBudget = THOROUGH) {
    this.#pool = pool;
    this.#tail = new LogTail(store);
    this.#outbox = outbox;
    this.#budget = budget;
  }

  /** Rejects while the database cannot be asked. */
  async look(): Promise<StatusSeen> {
    const seen = await consumersSeen(this.#pool);
    const outbox = await this.#outbox(this.#pool, MOST_COUNTED);
    const circuits = (await readCircuits(this.#pool)).map(circuitSeen);
    const places = seen.filter(({ hasPosition }) => hasPosition).map(({ place }) => place);
    const logFault = await this.#lookAtLog(places);
    const at = performance.now();
    const before = this.#before;
    const seconds = before && (at - before.at) / 1000;
    const known = logFault === undefined && seconds !== undefined && seconds > 0;
    const rateOf = (one: ConsumerSeen) => {
      const earlier = before?.seen.get(one.name);
      return known && earlier && one.hasPosition ? this.#tail.between(earlier.place, one.place) / seconds : undefined;
    };
    const now = Date.now();
    const consumers = seen.map((one) => {
      const behind = logFault === undefined && one.hasPosition ? this.#tail.behind(one.place) : undefined;
      return standingOf(one, behind, now, rateOf(one));
    });
    const appended = known && before ? (this.#tail.added - before.added) / seconds : undefined;
    this.#before = { at, added: this.#tail.added, seen: new Map(seen.map((one) => [one.name, one])) };
    return { at: new Date(now).toISOString(), consumers, appended, outbox, circuits, logFault };
  }

  /** Answers why the log could not be asked. A look that takes too long goes on, and no other is begun beside it. */
  async #lookAtLog(places: readonly Place[]): Promise<string | undefined> {
    const { first, later, logMs } = this.#budget;
    this.#atLog ??= this.#tail
      .look(places, this.#before ? later : first)
      .then(
        () => undefined,
        (error: Error) => error.message,
      )
      .finally(() => {
        this.#atLog = undefined;
      });
    if (logMs === undefined) return await this.#atLog;
    const late = Promise.withResolvers<string>();
    const timer = setTimeout(() => late.resolve(`no answer within ${logMs / 1_000} s`), logMs);
    try {
      return await Promise.race([this.#atLog, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }
}

const circuitSeen = ({ system, place, state, since, failureType, waiting }: CircuitRow): CircuitSeen => ({
  system,
  place,
  state,
  since: new Date(since).toISOString(),
  failureType,
  waiting,
});
