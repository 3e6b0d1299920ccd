import type { Position, RecordedEvent } from "../../domain/chain/envelope.ts";

/** An event ready to be stored: everything the chain needs is computed. */
export interface StorableEvent {
  readonly id: string;
  readonly type: string;
  readonly data: unknown;
  readonly metadata: unknown;
}

/** The revision a stream must be at. There is no `any`: chained streams are never appended to blindly. */
export type ExpectedRevision = bigint | "no_stream";

export interface Appended {
  /** Revision of the last event of the append. */
  readonly revision: bigint;
  readonly position: Position;
  /**
   * What is stored in the append's place, where it came by in the live log in time; absent, read it. Never what was
   * sent: under ids that existed before, something else may be stored.
   */
  readonly stored?: readonly RecordedEvent[] | undefined;
}

export interface ReadStreamOptions {
  /** First revision to read, inclusive. Default: the first of the stream (or the last, backwards). */
  readonly from?: bigint;
  readonly direction?: "forwards" | "backwards";
  /** At most this many events. Default 10,000. */
  readonly limit?: number;
}

/** Handlers of a live reading of $all. `ended` is called once, whatever the cause; the reader opens a new one. */
export interface AllReader {
  event(event: RecordedEvent): void;
  caughtUp?(): void;
  ended(cause: unknown): void;
}

/** Somebody who hears the live log of this process, in its order. */
export interface LiveFollower {
  event(event: RecordedEvent): void;
  /** Between what was heard before and what is heard from now on, something may have been missed. */
  gap(): void;
}

/** The live log as this process hears it while a reading is open, for feeds or for the echo of appends. */
export interface LiveLog {
  /** A reading is open, and the store has taken it. */
  readonly open: boolean;
  /**
   * Up to when the log has been heard, on the monotonic clock: what the store had taken by then has come by. Known from
   * this process's own appends; negative infinity while it is not known.
   */
  readonly heardUpTo: number;
  follow(follower: LiveFollower): void;
}

/** The stream is not at the expected revision. */
export class WrongRevisionError extends Error {
  readonly code = "wrong_revision";
  readonly stream: string;
  constructor(stream: string, options?: ErrorOptions) {
    super(`stream ${stream} is not at the expected revision`, options);
    this.stream = stream;
  }
}

/** The append is over the store's limit of 1 MiB. */
export class AppendTooLargeError extends Error {
  readonly code = "append_too_large";
  constructor(stream: string, options?: ErrorOptions) {
    super(`an append to ${stream} is larger than the event store allows`, options);
  }
}

/** The store did not answer in time, or cannot be reached. Whether an append happened is not known. */
export class StoreUnavailableError extends Error {
  readonly code = "store_unavailable";
}

/**
 * The narrow port to EventStoreDB. Everything the project asks of an event store goes through here, so that the
 * client library can be replaced by its successor.
 *
 * All calls reject with StoreUnavailableError when the store does not answer within the configured time.
 */
export interface EventStore {
  /** Left out where nothing is heard live: then whoever wants to know reads. */
  readonly live?: LiveLog;
  /**
   * Appends at an expected revision. After a timeout the identical append is repeated within the call, which the
   * store recognises by the event ids. Rejects with WrongRevisionError, or StoreUnavailableError (outcome unknown).
   */
  append(stream: string, events: readonly StorableEvent[], expected: ExpectedRevision): Promise<Appended>;
  /** Events of a stream; an empty list for a stream that does not exist. */
  readStream(stream: string, options?: ReadStreamOptions): Promise<RecordedEvent[]>;
  /** A page of $all after a position (exclusive), system events left out; `next` is where the next page begins. */
  readAll(
    after: Position | undefined,
    limit: number,
  ): Promise<{ events: RecordedEvent[]; next: Position | undefined; atEnd: boolean }>;
  /** Position of the last event of the store, or undefined when it is empty. */
  head(): Promise<Position | undefined>;
  /** Opens a live reading of $all after a position, system events left out. Returns how to stop it. */
  subscribeToAll(after: Position | undefined, reader: AllReader): () => void;
  close(): Promise<void>;
}

/** An event store that knows when it has written what. */
export interface DatedEventStore extends EventStore {
  /**
   * Position of the last event that the store had written by a time (its own clock, `created`); undefined when there is
   * none. Reads up to half the log.
   */
  placeAt(time: Date): Promise<Position | undefined>;
}
