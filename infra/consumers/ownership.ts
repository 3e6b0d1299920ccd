import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import { commitBatch } from "./batch.ts";
import type { Committed, RunOptions } from "./consumer.ts";
import {
  type Caution,
  cautionAfter,
  cautionNext,
  findInflight,
  forgetInflight,
  type Inflight,
  noteInflight,
} from "./crash-guard.ts";
import type { Cursor, Page } from "./feed.ts";
import { claimPosition, movePosition } from "./fence.ts";
import type { Lease } from "./lease.ts";
import { loadParkedStreams } from "./parking.ts";
import { comparePlaces, type Place } from "./position.ts";
import { redriveReleased } from "./redrive.ts";
import { messageOf, pause } from "./waiting.ts";

const DEFAULT_BATCH = 500;
const IDLE_WAIT_MS = 1_000;
/**
 * A transaction costs nearly the same for one event as for fifty: without a pause nine consumers that keep up make
 * nine small transactions for each event.
 */
const DEFAULT_GATHER_MS = 50;
/** How long the stored position may stay behind events that do not concern the consumer. */
const LAZY_MOVE_MS = 100;
/** How often it is asked whether somebody has let a dead letter go. */
const ASK_RELEASED_MS = 1_000;

/** What one step has passed. */
export interface Passed {
  readonly events: number;
  readonly handled: number;
}

/** The work of one owner under one lease: where it stands, what is parked, how careful it has to be. */
export class Ownership {
  readonly #options: RunOptions;
  readonly #lease: Lease;
  readonly #cursor: Cursor;
  #claimed = false;
  /** Where the row in the database stands. */
  #stored: Place;
  /** Where the reading stands: beyond `#stored` by events that do not concern the consumer. */
  #place: Place;
  #storedAt = 0;
  #gatherUntil = 0;
  #parkedStreams = new Set<string>();
  #caution: Caution = { kind: "none" };
  #askReleasedAt = 0;

  constructor(options: RunOptions, lease: Lease) {
    this.#options = options;
    this.#lease = lease;
    this.#cursor = options.feed.cursor();
  }

  get epoch(): bigint {
    return this.#lease.epoch;
  }

  get place(): Place {
    return this.#place;
  }

  get parkedStreams(): number {
    return this.#parkedStreams.size;
  }

  /** Claims the position; after a failed step, finds out what is true (the answer to a commit may have been lost). */
  async begin(): Promise<void> {
    const { pool, consumer } = this.#options;
    this.#stored = await claimPosition(pool, consumer.name, this.#lease.epoch);
    this.#place = this.#stored;
    this.#storedAt = performance.now();
    this.#parkedStreams = await loadParkedStreams(pool, consumer.name);
    if (this.#claimed) return;
    const inflight = await findInflight(pool, consumer.name);
    this.#caution = cautionAfter(this.#lease.afterUncleanEnd, this.#stored, inflight);
    this.#claimed = true;
  }

  /** Reads and handles the next batch; `failures` is how often in a row that has failed. */
  async step(stop: AbortSignal, failures: number): Promise<Passed> {
    await this.#gather(stop);
    if (performance.now() >= this.#askReleasedAt) await this.#redrive();
    const most = this.#most(failures);
    const page = await this.#cursor.read(this.#place, most, stop, this.#wait());
    const events = page.events.filter((event) => this.#options.consumer.handles(event.type));
    if (events.length > 0) return await this.#handle(page, events, most);
    this.#place = page.next;
    // An event that is not handled cannot have ended the process.
    if (this.#caution.kind === "poison") this.#caution = { kind: "none" };
    this.#caution = cautionNext(this.#caution, page.events.length);
    if (performance.now() - this.#storedAt >= LAZY_MOVE_MS) await this.#storePlace();
    return { events: page.events.length, handled: 0 };
  }

  /** Dead letters that somebody has let go, between two batches; a long list of them lets batches in between. */
  async #redrive(): Promise<void> {
    const { pool, consumer, clock, log, version } = this.#options;
    const { errands, opened, parked } = await redriveReleased({
      pool,
      consumer,
      epoch: this.#lease.epoch,
      held: () => this.#lease.held(),
      place: this.#stored,
      clock,
      log,
      version,
    });
    for (const stream of opened) this.#parkedStreams.delete(stream);
    for (const { event } of parked) this.#parkedStreams.add(event.stream);
    this.#askReleasedAt = errands > 0 ? 0 : performance.now() + ASK_RELEASED_MS;
  }

  async #gather(stop: AbortSignal): Promise<void> {
    const left = this.#gatherUntil - performance.now();
    if (left > 0) await pause(left, stop);
  }

  /** Stores what is not stored yet; the next owner would only read it again. */
  async finish(): Promise<void> {
    try {
      await this.#storePlace();
    } catch (error) {
      this.#options.log.warn({ consumer: this.#options.consumer.name, cause: messageOf(error) }, "position not stored");
    }
  }

  async #handle(page: Page, events: readonly RecordedEvent[], most: number): Promise<Passed> {
    const { pool, consumer, clock, log } = this.#options;
    const { gatherMs = DEFAULT_GATHER_MS } = consumer;
    const noted = await this.#noteBefore(page.events.length);
    const committed: Committed = await commitBatch({
      pool,
      consumer,
      epoch: this.#lease.epoch,
      held: () => this.#lease.held(),
      from: this.#stored,
      to: page.next,
      events,
      parkedStreams: this.#parkedStreams,
      fewRows: true,
      ...(this.#caution.kind === "poison" ? { poison: { kills: this.#caution.kills } } : {}),
      clock,
      log,
      version: this.#options.version,
    });
    this.#stored = page.next;
    this.#place = page.next;
    this.#storedAt = performance.now();
    this.#gatherUntil = page.events.length < most ? this.#storedAt + gatherMs : 0;
    for (const { event } of committed.parked) this.#parkedStreams.add(event.stream);
    this.#caution = cautionNext(this.#caution, page.events.length);
    if (noted && this.#caution.kind === "none") await forgetInflight(pool, consumer.name);
    if (committed.handled > 0 || committed.parked.length > 0) this.#tell(committed);
    return { events: page.events.length, handled: committed.handled };
  }

  /** Writes down what is about to be handled, if the run before ended badly. */
  async #noteBefore(events: number): Promise<boolean> {
    const caution = this.#caution;
    if (caution.kind === "none") return false;
    if (caution.kind === "poison") return true;
    // The note names the stored place, where the next run begins.
    await this.#storePlace();
    const kills = caution.kind === "single" ? caution.kills + 1 : 1;
    const inflight: Inflight = { place: this.#stored, events: caution.kind === "single" ? 1 : events, kills };
    await noteInflight(this.#options.pool, this.#options.consumer.name, inflight);
    return true;
  }

  async #storePlace(): Promise<void> {
    if (comparePlaces(this.#stored, this.#place) === 0) return;
    if (!this.#lease.held()) return;
    const { pool, consumer } = this.#options;
    await movePosition(pool, {
      name: consumer.name,
      epoch: this.#lease.epoch,
      from: this.#stored,
      to: this.#place,
    });
    this.#stored = this.#place;
    this.#storedAt = performance.now();
  }

  /** A batch that keeps failing on the database may be too large for it: each further failure halves the next try. */
  #most(failures: number): number {
    if (this.#caution.kind === "single" || this.#caution.kind === "poison") return 1;
    const size = this.#options.consumer.batchSize ?? DEFAULT_BATCH;
    return Math.max(1, size >>> Math.min(30, Math.max(0, failures - 2)));
  }

  #wait(): number {
    const now = performance.now();
    const moveAt =
      comparePlaces(this.#stored, this.#place) === 0 ? Number.POSITIVE_INFINITY : this.#storedAt + LAZY_MOVE_MS;
    return Math.max(1, Math.min(IDLE_WAIT_MS, moveAt - now, this.#askReleasedAt - now));
  }

  #tell(committed: Committed): void {
    try {
      this.#options.consumer.afterCommit?.(committed);
    } catch (error) {
      this.#options.log.error({ consumer: this.#options.consumer.name, cause: messageOf(error) }, "hint not given");
    }
  }
}
