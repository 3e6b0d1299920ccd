import type { Pool, PoolClient } from "pg";
import type { Position, RecordedEvent } from "../../domain/chain/envelope.ts";
import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { Feed, Lag } from "./feed.ts";

/** An event that could not be handled, with what is known about why. */
export interface Parked {
  readonly consumer: string;
  readonly event: RecordedEvent;
  /** Name of the error's class, `ProcessKilled` for an event that ended the process. */
  readonly error: string;
  readonly message: string;
  readonly attempts: number;
}

/** What one transaction of a consumer has made true. */
export interface Committed {
  readonly position: Position | undefined;
  /** Events that were given to `apply` and went through. */
  readonly handled: number;
  readonly parked: readonly Parked[];
}

/**
 * Something that follows the log: a read model or a process manager. It gets every event of the types it handles in
 * the order of the log, in batches, at least once; what it writes with `tx` is committed together with its position.
 */
export interface Consumer {
  /** Unique in the system: its lease, its position and its parked streams go by it. */
  readonly name: string;
  /** The Postgres schema that holds its own tables. */
  readonly schema: string;
  handles(type: string): boolean;
  /** It keeps events as they are, also those that this program cannot read: whether they can be is not looked at. */
  readonly asItIs?: boolean;
  /**
   * Handles a batch. May be called again with parts of the same batch in the same transaction (after a rollback to a
   * savepoint), so it keeps nothing outside of `tx`. Throws what it cannot handle.
   */
  apply(batch: readonly RecordedEvent[], tx: PoolClient, context: { readonly epoch: bigint }): Promise<void>;
  /**
   * Asked when this process has the lease, before it claims the position: false, and it gives the lease back and waits.
   * Left out, whoever has the lease owns the consumer.
   */
  mayOwn?(db: Pool): Promise<boolean>;
  /** Called in the transaction that parks a stream. What it throws is logged and undone; the stream is parked anyway. */
  parked?(parked: Parked, tx: PoolClient): Promise<void>;
  /** What can be done about its effects that failed for good; process managers have it. */
  readonly effects?: DeadEffects;
  /** Called after each commit that handled or parked something; a hint, which is lost when the process dies. */
  afterCommit?(committed: Committed): void;
  /** What was applied since the last commit was undone on purpose: it was only a look. */
  undone?(): void;
  /**
   * Called when this process has become the owner, before the first batch: work beside the batches (effects) may be
   * done while `held()`, and ends with `lost`.
   */
  owned?(tenure: Tenure): void;
  /** At most this many events in one transaction. Default 500. */
  readonly batchSize?: number;
  /**
   * How long after a transaction events are gathered for the next one, in milliseconds. The first event after a quiet
   * time never waits. Default 50.
   */
  readonly gatherMs?: number;
  /** Which failpoints its commits pass. Default `project`. */
  readonly failpointPrefix?: "project" | "process";
}

/** An effect by its identity: the order, and the effect's id within it. */
export interface EffectName {
  readonly orderId: string;
  readonly effectId: string;
}

/** What somebody may decide about an effect that failed for good. Changes are made with `tx`, under the owner's epoch. */
export interface DeadEffects {
  /**
   * What the effect would do if it was carried out now, from the order as the store has it, in one line for people;
   * undefined when it is not owed any more. Asks nobody outside and writes nothing.
   */
  preview(effect: EffectName): Promise<string | undefined>;
  /** It is owed again, at once, with all its tries. `afterCommit` follows. */
  redrive(effect: EffectName, tx: PoolClient): Promise<void>;
  /** It is never carried out. */
  discard(effect: EffectName, tx: PoolClient): Promise<void>;
}

/** The time during which this process owns a consumer. */
export interface Tenure {
  readonly epoch: bigint;
  /** Answered from a monotonic clock: false as soon as the lease may have run out. */
  held(): boolean;
  /** Aborted when the lease is lost or the process stops. */
  readonly lost: AbortSignal;
}

export type ConsumerState =
  | "starting"
  /** Another process owns it. */
  | "standby"
  | "running"
  /** The last try failed; it is tried again after a delay. */
  | "retrying"
  | "stopped";

/** How a consumer is doing, for health checks and the operations page. */
export interface ConsumerStatus {
  readonly name: string;
  readonly state: ConsumerState;
  readonly epoch: bigint | undefined;
  readonly position: Position | undefined;
  /** Events between its position and the head; undefined while not owner. */
  readonly lag: Lag | undefined;
  /** Events passed per second, over the last ten seconds or so. */
  readonly rate: number;
  readonly handled: number;
  readonly parkedStreams: number;
  /**
   * `fault`: a mistake in how we are set up, such as a missing table or right. It stands still until people have mended
   * it, while `state` is `retrying`.
   */
  readonly lastError: { readonly message: string; readonly at: number; readonly fault: boolean } | undefined;
}

export interface RunOptions {
  readonly consumer: Consumer;
  readonly pool: Pool;
  readonly feed: Feed;
  readonly leaseMs: number;
  /** Name of this process, as leases show it. */
  readonly instance: string;
  readonly log: Log;
  /** For the times at which something failed. */
  readonly clock: Clock;
  /** Of the program, as dead letters keep it. */
  readonly version?: string | undefined;
  /** Ends the run: what is in work is finished, then the lease is given back. */
  readonly signal: AbortSignal;
}

/** A consumer that runs, here or as a standby of another process. */
export interface RunningConsumer {
  /** Resolves when it has ended after the signal. Never rejects. */
  readonly done: Promise<void>;
  status(): ConsumerStatus;
}
