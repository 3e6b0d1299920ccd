import type { Pool } from "pg";
import type { Clock } from "../../infra/clock.ts";
import { commitBatch } from "../../infra/consumers/batch.ts";
import type { Consumer } from "../../infra/consumers/consumer.ts";
import { failsOnDatabase } from "../../infra/consumers/failures.ts";
import { claimPosition, OwnershipLostError } from "../../infra/consumers/fence.ts";
import { acquireLease, type Lease } from "../../infra/consumers/lease.ts";
import type { LogPage } from "../../infra/consumers/log-pages.ts";
import { loadParkedStreams } from "../../infra/consumers/parking.ts";
import { comparePlaces, type Place } from "../../infra/consumers/position.ts";
import { GrowingPause, messageOf } from "../../infra/consumers/waiting.ts";
import type { Log } from "../../infra/log.ts";
import type { Generation } from "../runner/generations.ts";
import type { Projection } from "../runner/projection.ts";
import { projectionConsumer } from "../runner/projection-consumer.ts";

export interface WriterOptions {
  readonly projection: Projection;
  readonly generation: Generation;
  readonly pool: Pool;
  readonly log: Log;
  readonly clock: Clock;
  /** Name of this process, as the lease shows it. */
  readonly instance: string;
  readonly leaseMs: number;
}

const MOST_TRIES = 8;
const RETRY = { firstMs: 200, lastMs: 5_000 };

/**
 * Commits do not wait for the disk: position and rows go through one log in one order, so a crash of the database
 * takes the newest batches back together.
 */
const PRELUDE = "SET LOCAL synchronous_commit = off";

/**
 * Writes one generation that nobody reads, a page in a transaction, the outbox off. Pages are given as fast as they
 * come and written one after the other. Poisonous events are parked as in live running.
 */
export class GenerationWriter {
  readonly #options: WriterOptions;
  readonly #lease: Lease;
  readonly #consumer: Consumer;
  readonly #closing = new AbortController();
  #last: Promise<void> = Promise.resolve();
  #place: Place;
  #parkedStreams = new Set<string>();
  #events = 0;
  #handled = 0;

  private constructor(options: WriterOptions, lease: Lease) {
    this.#options = options;
    this.#lease = lease;
    this.#consumer = projectionConsumer(options);
  }

  /** Takes the generation for this process; undefined when another one builds it. */
  static async open(options: WriterOptions): Promise<GenerationWriter | undefined> {
    const { pool, generation, instance, leaseMs, log } = options;
    const lease = await acquireLease({ pool, name: generation.schema, instance, leaseMs, log, takeOver: true });
    if (lease === undefined) return undefined;
    const writer = new GenerationWriter(options, lease);
    try {
      await writer.#surely(() => writer.#claim());
      return writer;
    } catch (error) {
      await lease.release({ clean: true });
      throw error;
    }
  }

  /** Where its rows stand. */
  get place(): Place {
    return this.#place;
  }

  /** Events of the log that it has passed, those of them that it handled, and streams that are parked. */
  get counts(): { readonly events: number; readonly handled: number; readonly parked: number } {
    return { events: this.#events, handled: this.#handled, parked: this.#parkedStreams.size };
  }

  /**
   * Writes a page after those given before; what its rows know already is left out. Once it has rejected, all further
   * pages are rejected.
   */
  write(page: LogPage): Promise<void> {
    this.#last = this.#last.then(() => this.#write(page));
    return this.#last;
  }

  /** Ends after the transaction that is under way, and lets others take the generation. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#last.catch(() => {}); // whoever has given the page knows
    await this.#lease.release({ clean: true });
  }

  async #write(page: LogPage): Promise<void> {
    if (this.#closing.signal.aborted) return;
    const { generation } = this.#options;
    await this.#surely(async (tries) => {
      // The answer to a commit may have been lost: what is stored says what is still to be done.
      if (tries > 1) await this.#claim();
      if (comparePlaces(this.#place, page.to) < 0) await this.#commit(page);
    }).catch((error: unknown) => {
      this.#closing.abort();
      this.#options.log.warn({ generation: generation.schema, cause: messageOf(error) }, "building has failed");
      throw error;
    });
  }

  async #claim(): Promise<void> {
    const { pool, generation } = this.#options;
    this.#place = await claimPosition(pool, generation.schema, this.#lease.epoch);
    this.#parkedStreams = await loadParkedStreams(pool, generation.schema);
  }

  async #commit({ events, to }: LogPage): Promise<void> {
    const { pool, clock, log } = this.#options;
    const from = this.#place;
    const isNew = comparePlaces(from, events[0]?.position) < 0;
    const fresh = isNew ? events : events.filter(({ position }) => comparePlaces(from, position) < 0);
    const committed = await commitBatch({
      pool,
      consumer: this.#consumer,
      epoch: this.#lease.epoch,
      held: () => this.#lease.held(),
      from,
      to,
      events: fresh.filter(({ type }) => this.#consumer.handles(type)),
      parkedStreams: this.#parkedStreams,
      prelude: PRELUDE,
      clock,
      log,
    });
    this.#place = to;
    this.#events += fresh.length;
    this.#handled += committed.handled;
    for (const { event } of committed.parked) this.#parkedStreams.add(event.stream);
  }

  /** Tries again what fails on the database. */
  async #surely(work: (tries: number) => Promise<void>): Promise<void> {
    const { generation, log } = this.#options;
    const delay = new GrowingPause(RETRY);
    for (let tries = 1; ; tries++) {
      try {
        return await work(tries);
      } catch (error) {
        const lasting = error instanceof OwnershipLostError || !failsOnDatabase(error);
        if (lasting || tries >= MOST_TRIES || this.#closing.signal.aborted) throw error;
        log.warn({ generation: generation.schema, cause: messageOf(error) }, "building is tried again");
        await delay.wait(this.#closing.signal);
      }
    }
  }
}
