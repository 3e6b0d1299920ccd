import type { Pool } from "pg";
import { acquireLease, type Lease } from "../infra/consumers/lease.ts";
import { GrowingPause, messageOf, pause } from "../infra/consumers/waiting.ts";
import { failpoint } from "../infra/failpoints.ts";
import type { Log } from "../infra/log.ts";
import type { Bus } from "./bus.ts";
import type { TopicMessage } from "./protocol.ts";

export interface RelayOptions {
  readonly pool: Pool;
  readonly bus: Bus;
  /** Name of this process, as the lease shows it. */
  readonly instance: string;
  readonly leaseMs: number;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Messages published at once. Default 500. */
  readonly pageSize?: number;
  /**
   * Most messages that wait while the bus is away; beyond it the oldest are thrown away, because gateways repair
   * what they miss from the read models. Default 200,000.
   */
  readonly longestBacklog?: number;
}

export interface RelayStatus {
  readonly state: "standby" | "running" | "retrying" | "stopped";
  readonly published: number;
  /** Messages thrown away because the bus was away for too long. */
  readonly dropped: number;
  readonly lastError: string | undefined;
}

export interface Relay {
  /** Resolves after the signal, once what was in work is finished. Never rejects. */
  readonly done: Promise<void>;
  /** A hint that there may be something: the next look is taken at once. */
  wake(): void;
  status(): RelayStatus;
}

const LEASE = "realtime.relay";
const DEFAULTS = { pageSize: 500, longestBacklog: 200_000 };
const POLL = { firstMs: 10, lastMs: 50 };
const RETRY = { firstMs: 100, lastMs: 5_000 };
const LONGEST_STANDBY_MS = 1_000;

/**
 * Carries the outbox to the bus: at least once, in order per topic. One process at a time does it. A page is deleted
 * only after the bus has flushed it, so a relay that dies in between publishes it again, and receivers drop by
 * version what they have.
 */
export function startRelay(options: RelayOptions): Relay {
  const relay = new OutboxRelay(options);
  return { done: relay.run(), wake: () => relay.wake(), status: () => relay.status() };
}

class OutboxRelay {
  readonly #options: RelayOptions;
  #state: RelayStatus["state"] = "standby";
  #published = 0;
  #dropped = 0;
  #lastError: string | undefined;
  #woken = false;
  #wakeNow: (() => void) | undefined;

  constructor(options: RelayOptions) {
    this.#options = options;
  }

  async run(): Promise<void> {
    const { pool, instance, leaseMs, log, signal } = this.#options;
    const delay = new GrowingPause(RETRY);
    let takeOver = true;
    while (!signal.aborted) {
      let lease: Lease | undefined;
      try {
        lease = await acquireLease({ pool, name: LEASE, instance, leaseMs, log, takeOver });
        takeOver = false;
        if (lease) await this.#relay(lease, delay);
        else {
          this.#state = "standby";
          await pause(Math.min(leaseMs / 3, LONGEST_STANDBY_MS), signal);
        }
      } catch (error) {
        this.#failed(error);
        await delay.wait(signal);
      } finally {
        await lease?.release({ clean: true });
      }
    }
    this.#state = "stopped";
  }

  wake(): void {
    this.#woken = true;
    this.#wakeNow?.();
  }

  status(): RelayStatus {
    return { state: this.#state, published: this.#published, dropped: this.#dropped, lastError: this.#lastError };
  }

  async #relay(lease: Lease, delay: GrowingPause): Promise<void> {
    const stop = AbortSignal.any([this.#options.signal, lease.lost]);
    let pollMs = POLL.firstMs;
    while (!stop.aborted && lease.held()) {
      try {
        const count = await this.#relayPage(lease);
        this.#state = "running";
        delay.reset();
        if (count > 0) pollMs = POLL.firstMs;
        else {
          await this.#nextLook(pollMs, stop);
          pollMs = Math.min(pollMs * 2, POLL.lastMs);
        }
      } catch (error) {
        this.#failed(error);
        await delay.wait(stop);
        if (lease.held()) await this.#boundBacklog();
      }
    }
  }

  async #relayPage(lease: Lease): Promise<number> {
    const { pool, bus, pageSize = DEFAULTS.pageSize } = this.#options;
    this.#woken = false;
    const { rows } = await pool.query<{ id: string; message: string }>({
      name: "relay-page",
      text: "SELECT id, message FROM realtime.outbox ORDER BY id LIMIT $1",
      values: [pageSize],
    });
    if (rows.length === 0 || !lease.held()) return 0;
    failpoint("relay.before-publish");
    await bus.publish(rows.map((row) => JSON.parse(row.message) as TopicMessage)); // written by outboxWriter
    failpoint("relay.after-publish");
    this.#published += rows.length;
    failpoint("relay.before-delete");
    // Published is published, whoever holds the lease by now: no fence is needed to delete what was flushed.
    await pool.query({
      name: "relay-delete",
      text: "DELETE FROM realtime.outbox WHERE id = ANY($1::bigint[])",
      values: [rows.map((row) => row.id)],
    });
    failpoint("relay.after-delete");
    return rows.length;
  }

  async #boundBacklog(): Promise<void> {
    const { pool, log, longestBacklog = DEFAULTS.longestBacklog } = this.#options;
    try {
      const { rowCount } = await pool.query(
        "DELETE FROM realtime.outbox WHERE id <= (SELECT max(id) FROM realtime.outbox) - $1",
        [longestBacklog],
      );
      if (!rowCount) return;
      this.#dropped += rowCount;
      log.error({ dropped: rowCount }, "outbox too long: oldest messages thrown away, gateways repair from the tables");
    } catch {
      // The database is what is away: then nothing is added to the outbox either.
    }
  }

  #nextLook(ms: number, stop: AbortSignal): Promise<void> {
    if (this.#woken || stop.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        stop.removeEventListener("abort", done);
        this.#wakeNow = undefined;
        resolve();
      };
      const timer = setTimeout(done, ms);
      stop.addEventListener("abort", done, { once: true });
      this.#wakeNow = done;
    });
  }

  #failed(error: unknown): void {
    this.#state = "retrying";
    this.#lastError = messageOf(error);
    this.#options.log.warn({ cause: this.#lastError }, "relay failed; it tries again");
  }
}
