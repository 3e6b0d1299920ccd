import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import type { EventStore } from "../event-store/port.ts";
import type { Log } from "../log.ts";
import { EventRing } from "./event-ring.ts";
import { PageAhead } from "./page-ahead.ts";
import { comparePlaces, laterPlace, type Place } from "./position.ts";
import { GrowingPause, messageOf, pause } from "./waiting.ts";

export interface FeedOptions {
  readonly store: EventStore;
  readonly log: Log;
  /** Most events kept in memory. Default 10,000. */
  readonly ringEvents?: number;
  /** Most memory for them, approximately. Default 32 MiB. */
  readonly ringBytes?: number;
  /** How often the subscription is compared with the head of the store. Default 3,000 ms. */
  readonly watchdogMs?: number;
}

export interface Page {
  readonly events: readonly RecordedEvent[];
  /** Where the reader stands after this page, whatever its events were. Equal to `after` when nothing came. */
  readonly next: Place;
}

/** One consumer's way through the log. Not for several reads at once. */
export interface Cursor {
  /**
   * Events after a place, in order, at most `max`. Waits up to `waitMs` (default 1,000) for the first one and then
   * answers with none. Rejects with StoreUnavailableError while the store is away. Resolves empty when aborted.
   */
  read(after: Place, max: number, signal: AbortSignal, waitMs?: number): Promise<Page>;
}

export interface Lag {
  readonly events: number;
  /** False: at least so many; the consumer is further behind than what is held in memory. */
  readonly exact: boolean;
  /** Business time of the oldest event that waits; undefined when none waits or it is not in memory. */
  readonly oldestAt: string | undefined;
}

export interface FeedStatus {
  readonly subscribed: boolean;
  readonly last: Place;
  readonly ringEvents: number;
  readonly ringBytes: number;
  /** Times the subscription had to be opened again. */
  readonly resubscribed: number;
  readonly lastError: string | undefined;
}

/**
 * The log for all consumers of one process: one live subscription whose events are decoded once and kept in a ring.
 * A consumer that is further behind than the ring reads pages on its own until it has caught up, so the slowest
 * consumer never holds up the subscription, which the real server drops when it is read too slowly.
 */
export interface Feed {
  cursor(): Cursor;
  lagOf(place: Place): Lag;
  status(): FeedStatus;
  close(): Promise<void>;
}

const DEFAULTS = { ringEvents: 10_000, ringBytes: 32 * 1024 * 1024, watchdogMs: 3_000 };
const RESUBSCRIBE = { firstMs: 50, lastMs: 5_000 };
/** A subscription that lasted this long was not refused: the next one is opened without the grown pause. */
const SETTLED_MS = 10_000;
const POLL_MS = 100;
const WATCH_PAGE = 100;

/** Opens the feed; it connects by itself and keeps at it until closed. */
export function startFeed(options: FeedOptions): Feed {
  return new SharedFeed(options);
}

class SharedFeed implements Feed {
  readonly #store: EventStore;
  readonly #log: Log;
  readonly #bounds: { events: number; bytes: number };
  readonly #watchdogMs: number;
  readonly #closing = new AbortController();
  readonly #waiting = new Set<() => void>();
  readonly #running: Promise<void>;
  #ring: EventRing | undefined;
  #wakePending = false;
  #endSubscription: ((cause: unknown) => void) | undefined;
  #knownHead: Place;
  #resubscribed = 0;
  #lastError: string | undefined;

  constructor({ store, log, ringEvents, ringBytes, watchdogMs }: FeedOptions) {
    this.#store = store;
    this.#log = log;
    this.#bounds = { events: ringEvents ?? DEFAULTS.ringEvents, bytes: ringBytes ?? DEFAULTS.ringBytes };
    this.#watchdogMs = watchdogMs ?? DEFAULTS.watchdogMs;
    this.#running = Promise.all([this.#keepSubscribed(), this.#watch()]).then(() => {});
  }

  cursor(): Cursor {
    let ahead: PageAhead | undefined;
    return {
      read: async (after, max, signal, waitMs = 1_000) => {
        if (this.#ring?.covers(after)) {
          ahead = undefined;
          if (this.#ring.countAfter(after) === 0) await this.#nextEvent(waitMs, signal);
          if (this.#ring.covers(after)) {
            const events = this.#ring.after(after, max);
            return { events, next: events.at(-1)?.position ?? after };
          }
        }
        const reading = ahead?.serves(after, max) ? ahead : new PageAhead(this.#store, after, max, this.#ring?.from);
        ahead = undefined;
        const page = await unlessAborted(reading.page, signal);
        if (page === undefined) return { events: [], next: after };
        if (page.next !== undefined && !page.atEnd) {
          // Read while the consumer is busy with this page.
          ahead = new PageAhead(this.#store, page.next, max, this.#ring?.from);
        }
        const next = laterPlace(after, page.next);
        // The end was reached, so nothing lies between it and where the ring began before this reading.
        if (page.atEnd)
          return await this.#atEnd(after, laterPlace(next, reading.ringBegan), page.events, waitMs, signal);
        return { events: page.events, next };
      },
    };
  }

  lagOf(place: Place): Lag {
    const ring = this.#ring;
    if (ring === undefined) return { events: 0, exact: false, oldestAt: undefined };
    if (!ring.covers(place)) return { events: ring.count + 1, exact: false, oldestAt: undefined };
    const exact = comparePlaces(this.#knownHead, ring.last) <= 0;
    return { events: ring.countAfter(place), exact, oldestAt: ring.after(place, 1)[0]?.metadata?.at };
  }

  status(): FeedStatus {
    return {
      subscribed: this.#endSubscription !== undefined,
      last: this.#ring?.last,
      ringEvents: this.#ring?.count ?? 0,
      ringBytes: this.#ring?.bytes ?? 0,
      resubscribed: this.#resubscribed,
      lastError: this.#lastError,
    };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#endSubscription?.(undefined);
    this.#wake();
    await this.#running;
  }

  async #atEnd(
    after: Place,
    next: Place,
    events: readonly RecordedEvent[],
    waitMs: number,
    signal: AbortSignal,
  ): Promise<Page> {
    // While the ring does not cover this reader's place yet, asking again at once would be a busy loop.
    if (events.length === 0 && comparePlaces(next, after) === 0) await pause(Math.min(waitMs, POLL_MS), signal);
    return { events, next };
  }

  async #keepSubscribed(): Promise<void> {
    const signal = this.#closing.signal;
    const delay = new GrowingPause(RESUBSCRIBE);
    while (!signal.aborted) {
      const begun = performance.now();
      try {
        this.#ring ??= new EventRing(await this.#store.head(), this.#bounds);
        this.#wake();
        const cause = await this.#subscription(this.#ring);
        if (signal.aborted) return;
        throw cause;
      } catch (error) {
        this.#lastError = messageOf(error);
        this.#resubscribed++;
        this.#log.warn({ cause: this.#lastError, resubscribed: this.#resubscribed }, "subscription to the log ended");
      }
      if (performance.now() - begun > SETTLED_MS) delay.reset();
      await delay.wait(signal);
    }
  }

  /** Feeds the ring from one subscription; resolves with the cause of its end. */
  #subscription(ring: EventRing): Promise<unknown> {
    return new Promise((resolve) => {
      let over = false;
      let stop = () => {};
      const end = (cause: unknown) => {
        if (over) return;
        over = true;
        this.#endSubscription = undefined;
        stop();
        resolve(cause);
      };
      stop = this.#store.subscribeToAll(ring.last, {
        event: (event) => {
          if (!over && ring.push(event)) this.#wakeSoon();
        },
        ended: end,
      });
      if (over) stop();
      else this.#endSubscription = end;
    });
  }

  /** Finds a subscription that has gone silent without an error. */
  async #watch(): Promise<void> {
    const signal = this.#closing.signal;
    let before: Place;
    while (!signal.aborted) {
      await pause(this.#watchdogMs, signal);
      const ring = this.#ring;
      if (signal.aborted || ring === undefined) continue;
      try {
        this.#knownHead = await this.#store.head();
        const last = ring.last;
        const stoodStill = comparePlaces(last, before) === 0;
        before = last;
        if (!stoodStill || comparePlaces(this.#knownHead, last) <= 0) continue;
        // The head may be a system event, which is not delivered: only a missing event proves the silence.
        const missing = await this.#store.readAll(last, WATCH_PAGE);
        if (missing.events.length > 0) this.#endSubscription?.(new Error("the subscription went silent"));
        else ring.passOver(missing.atEnd ? laterPlace(missing.next, this.#knownHead) : missing.next);
      } catch (error) {
        this.#lastError = messageOf(error);
      }
    }
  }

  #nextEvent(waitMs: number, signal: AbortSignal): Promise<void> {
    if (this.#closing.signal.aborted) return pause(POLL_MS, signal);
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, waitMs);
      signal.addEventListener("abort", done, { once: true });
      this.#waiting.add(done);
    });
  }

  /** Events that arrive in one turn of the event loop wake the consumers once, so that they become one batch. */
  #wakeSoon(): void {
    if (this.#wakePending || this.#waiting.size === 0) return;
    this.#wakePending = true;
    setImmediate(() => {
      this.#wakePending = false;
      this.#wake();
    });
  }

  #wake(): void {
    for (const done of [...this.#waiting]) done();
  }
}

/** The promise's value, or undefined as soon as the signal is aborted. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  if (signal.aborted) return Promise.resolve(undefined);
  return new Promise((resolve, reject) => {
    const abort = () => resolve(undefined);
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
