import type { Pool } from "pg";
import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import type { Clock } from "../../infra/clock.ts";
import { commitBatch } from "../../infra/consumers/batch.ts";
import { failsOnDatabase } from "../../infra/consumers/failures.ts";
import { claimPosition, OwnershipLostError } from "../../infra/consumers/fence.ts";
import { acquireLease, type Lease } from "../../infra/consumers/lease.ts";
import { PageAhead } from "../../infra/consumers/page-ahead.ts";
import { loadParkedStreams } from "../../infra/consumers/parking.ts";
import { comparePlaces, type Place } from "../../infra/consumers/position.ts";
import { GrowingPause, messageOf } from "../../infra/consumers/waiting.ts";
import type { EventStore } from "../../infra/event-store/port.ts";
import type { Log } from "../../infra/log.ts";
import type { Generation } from "../runner/generations.ts";
import type { Projection } from "../runner/projection.ts";
import { projectionConsumer } from "../runner/projection-consumer.ts";

export interface BuildProgress {
  readonly position: Place;
  readonly until: Place;
  /** Events read so far, and those of them that the projection handles. */
  readonly events: number;
  readonly handled: number;
  readonly parked: number;
  readonly perSecond: number;
}

export interface BuildOptions {
  readonly projection: Projection;
  readonly pool: Pool;
  readonly store: EventStore;
  readonly log: Log;
  readonly clock: Clock;
  /** Events in one transaction. Default 4,000. */
  readonly batchSize?: number;
  /** Name of this process, as the lease shows it. */
  readonly instance: string;
  /** Default 10,000 ms. */
  readonly leaseMs?: number;
  readonly onProgress?: (progress: BuildProgress) => void;
  readonly signal?: AbortSignal;
}

/** The generation is being built by another process, or the signal came. */
export class BuildEndedError extends Error {
  readonly code = "build_ended";
}

const DEFAULT_BATCH = 4_000;
const DEFAULT_LEASE_MS = 10_000;
const MOST_TRIES = 8;
const RETRY = { firstMs: 200, lastMs: 5_000 };

/**
 * Commits do not wait for the disk: position and rows go through one log in one order, so a crash of the database
 * takes the newest batches back together.
 */
const PRELUDE = "SET LOCAL synchronous_commit = off";

/**
 * Brings a generation that nobody reads from where it stands up to a place, the outbox off. It may be stopped and
 * called again. Poisonous events are parked as in live running.
 */
export async function buildUpTo(options: BuildOptions, generation: Generation, until: Place): Promise<BuildProgress> {
  const { pool, instance, log, leaseMs = DEFAULT_LEASE_MS } = options;
  const lease = await acquireLease({ pool, name: generation.schema, instance, leaseMs, log, takeOver: true });
  if (lease === undefined) throw new BuildEndedError(`${generation.schema} is being built by another process`);
  try {
    const build = new Build(options, generation, until, lease);
    await build.run();
    await analyze(pool, options.projection, generation);
    return build.progress();
  } finally {
    await lease.release({ clean: true });
  }
}

class Build {
  readonly #options: BuildOptions;
  readonly #generation: Generation;
  readonly #until: Place;
  readonly #lease: Lease;
  readonly #begun = performance.now();
  #place: Place;
  #events = 0;
  #handled = 0;
  #parkedStreams = new Set<string>();

  constructor(options: BuildOptions, generation: Generation, until: Place, lease: Lease) {
    this.#options = options;
    this.#generation = generation;
    this.#until = until;
    this.#lease = lease;
  }

  async run(): Promise<void> {
    const { log } = this.#options;
    const delay = new GrowingPause(RETRY);
    for (let tries = 1; ; tries++) {
      const before = this.#events;
      try {
        await this.#begin();
        return await this.#readToEnd();
      } catch (error) {
        if (this.#events > before) tries = 1;
        if (error instanceof OwnershipLostError || !failsOnDatabase(error) || tries >= MOST_TRIES) throw error;
        log.warn({ generation: this.#generation.schema, cause: messageOf(error) }, "building is tried again");
        await delay.wait(this.#options.signal);
      }
    }
  }

  progress(): BuildProgress {
    const seconds = Math.max(0.001, (performance.now() - this.#begun) / 1000);
    return {
      position: this.#place,
      until: this.#until,
      events: this.#events,
      handled: this.#handled,
      parked: this.#parkedStreams.size,
      perSecond: this.#events / seconds,
    };
  }

  async #begin(): Promise<void> {
    const { pool } = this.#options;
    this.#place = await claimPosition(pool, this.#generation.schema, this.#lease.epoch);
    this.#parkedStreams = await loadParkedStreams(pool, this.#generation.schema);
  }

  async #readToEnd(): Promise<void> {
    const { store, signal, batchSize = DEFAULT_BATCH } = this.#options;
    let reading = new PageAhead(store, this.#place, batchSize);
    while (comparePlaces(this.#place, this.#until) < 0) {
      const page = await reading.page;
      if (signal?.aborted) throw new BuildEndedError(`building ${this.#generation.schema} was stopped`);
      const passed = comparePlaces(page.next, this.#until) >= 0;
      if (!passed && !page.atEnd) reading = new PageAhead(store, page.next, batchSize);
      const wanted = passed
        ? page.events.filter((event) => comparePlaces(event.position, this.#until) <= 0)
        : page.events;
      await this.#commit(wanted, passed || page.atEnd ? this.#until : page.next);
    }
  }

  async #commit(events: readonly RecordedEvent[], to: Place): Promise<void> {
    const { pool, projection, clock, log, onProgress } = this.#options;
    const committed = await commitBatch({
      pool,
      consumer: projectionConsumer({ projection, generation: this.#generation }),
      epoch: this.#lease.epoch,
      held: () => this.#lease.held(),
      from: this.#place,
      to,
      events: events.filter((event) => projection.handles(event.type)),
      parkedStreams: this.#parkedStreams,
      prelude: PRELUDE,
      clock,
      log,
    });
    this.#place = to;
    this.#events += events.length;
    this.#handled += committed.handled;
    for (const { event } of committed.parked) this.#parkedStreams.add(event.stream);
    onProgress?.(this.progress());
  }
}

/** Tables that were filled in one go have no statistics yet, and their first readers would get bad plans. */
async function analyze(pool: Pool, projection: Projection, generation: Generation): Promise<void> {
  for (const table of projection.tables) await pool.query(`ANALYZE ${generation.schema}.${table}`);
}
