import type { DatabaseSync, StatementSync } from "node:sqlite";
import { LIMITS } from "../limits.ts";
import { applyChange, type Change, type WriteOutcome } from "./changes.ts";
import type { EventLog, LoggedEvent } from "./event-log.ts";
import { DamagedRow } from "./event-row.ts";

/** A write that waits for its commit. `settle` is called once, after the commit returned. */
export interface WaitingWrite {
  change: Change;
  size: number;
  /** True when nobody waits for the answer any more; a write that was not begun by then is left out. */
  abandoned(): boolean;
  settle(outcome: WriteOutcome): void;
}

/** Housekeeping that waits for a commit to be part of. */
interface Work {
  run(): unknown;
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** About what a piece of housekeeping adds to the write-ahead log. */
const WORK_BYTES = 512 * 1024;

export type WriterPoint = "event-node.before-commit" | "event-node.after-commit" | "event-node.after-ack";

export interface WriterHooks {
  /** Called with the committed events, after their appends were answered; also after housekeeping, without events. */
  onCommitted(events: LoggedEvent[], appends: number, bytes: number): void;
  /** A transaction failed: nothing that was not acknowledged may be assumed stored or not stored. Must not return. */
  onFatal(error: Error): void;
  onPoint(name: WriterPoint): void;
}

/**
 * The one writer. Appends that arrive while a commit runs, or in the same turn of the event loop, are committed
 * together: the disk is asked once for all of them. Their answers and their visibility to readers come after that.
 *
 * It runs on the thread that serves the sockets. A thread of its own would keep reads going during a slow fsync, at
 * the price of two thread changes in every append, which a client with one append in flight feels in full.
 */
export class Writer {
  readonly #log: EventLog;
  readonly #hooks: WriterHooks;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  #queue: WaitingWrite[] = [];
  readonly #work: Work[] = [];
  #queuedBytes = 0;
  /** How long a commit takes to reach the disk, in milliseconds, smoothed. */
  #commitTime = 1;
  #scheduled = false;
  #stopped = false;

  constructor(db: DatabaseSync, log: EventLog, hooks: WriterHooks) {
    this.#log = log;
    this.#hooks = hooks;
    this.#begin = db.prepare("BEGIN IMMEDIATE");
    this.#commit = db.prepare("COMMIT");
  }

  write(write: WaitingWrite): void {
    if (this.#queuedBytes > LIMITS.queueBytes) {
      write.settle({ kind: "timeout" });
      return;
    }
    this.#queuedBytes += write.size;
    this.#queue.push(write);
    this.#schedule();
  }

  /**
   * Runs housekeeping inside the next transaction, behind its writes; resolves when that is committed. One piece a
   * commit, so it must be short. Rejects with a DamagedRow that it throws before it has changed anything, and once the
   * writer has stopped; every other error is fatal.
   */
  work<T>(run: () => T): Promise<T> {
    if (this.#stopped) return Promise.reject(new Error("the log is closed"));
    return new Promise((resolve, reject) => {
      // What `run` returned is handed back as it is.
      this.#work.push({ run, resolve: resolve as (result: unknown) => void, reject });
      this.#schedule();
    });
  }

  /** False once the log cannot be written any more, or more waits than is taken. */
  get accepts(): boolean {
    return !this.#stopped && this.#queuedBytes <= LIMITS.queueBytes;
  }

  /** Commits everything that waits. For the graceful stop. */
  drain(): void {
    while (this.#waits && !this.#stopped) this.#run();
  }

  get #waits(): boolean {
    return this.#queue.length > 0 || this.#work.length > 0;
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (this.#waits && !this.#stopped) this.#run();
      if (this.#waits && !this.#stopped) this.#schedule();
    });
  }

  #run(): void {
    const batch: WaitingWrite[] = [];
    const outcomes: WriteOutcome[] = [];
    const stored: LoggedEvent[] = [];
    let bytes = 0;
    let worked: (() => void) | undefined;
    try {
      this.#begin.run();
      const start = performance.now();
      for (const write of this.#queue) {
        if (batch.length > 0 && this.#isFull(batch.length, bytes + write.size, start)) break;
        batch.push(write);
        bytes += write.size;
        outcomes.push(write.abandoned() ? { kind: "timeout" } : applyChange(this.#log, write.change, stored));
      }
      this.#hooks.onPoint("event-node.before-commit");
      worked = this.#runWork();
      const prepared = performance.now();
      this.#commit.run();
      this.#commitTime += (performance.now() - prepared - this.#commitTime) / 8;
    } catch (error) {
      // Memory may be ahead of the file now, and after a failed fsync nobody knows what the disk holds.
      this.#stopped = true;
      for (const { reject } of this.#work.splice(0)) reject(error as Error);
      this.#hooks.onFatal(error as Error);
      return;
    }
    this.#hooks.onPoint("event-node.after-commit");
    this.#queue.splice(0, batch.length);
    this.#queuedBytes -= bytes;
    for (const [i, write] of batch.entries()) {
      const outcome = outcomes[i];
      if (outcome) write.settle(outcome);
    }
    this.#hooks.onPoint("event-node.after-ack");
    if (stored.length > 0 || worked) this.#hooks.onCommitted(stored, batch.length, bytes + (worked ? WORK_BYTES : 0));
    worked?.();
  }

  /** Runs one piece of housekeeping; what is returned tells its caller, once it is committed. */
  #runWork(): (() => void) | undefined {
    const work = this.#work.shift();
    if (!work) return undefined;
    try {
      const result = work.run();
      return () => work.resolve(result);
    } catch (error) {
      if (error instanceof DamagedRow) return () => work.reject(error);
      work.reject(error as Error);
      throw error;
    }
  }

  /**
   * A commit takes no more once its appends have taken as long as the disk will. Then the disk costs half of the time
   * at most, and the first clients have their answers, and are at work again, while the rest of a long queue is stored.
   */
  #isFull(appends: number, bytes: number, start: number): boolean {
    if (appends >= LIMITS.commitAppends || bytes > LIMITS.commitBytes) return true;
    return performance.now() - start > this.#commitTime;
  }
}
