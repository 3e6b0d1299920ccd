import type { DatabaseSync, StatementSync } from "node:sqlite";
import { decideAppend } from "../calls/append-decision.ts";
import { NO_EVENTS } from "../calls/expected.ts";
import { LIMITS } from "../limits.ts";
import type { AppendOptions, ProposedEvent } from "../wire/append-requests.ts";
import type { EventLog, LoggedEvent } from "./event-log.ts";

/** What became of an append. `position` of an append without events is that of the log's end. */
export type AppendOutcome =
  | { kind: "stored"; revision: number; position: number }
  | { kind: "wrong-version"; expected: number; head: number }
  | { kind: "too-large" }
  | { kind: "timeout" }
  | { kind: "bad-request"; message: string };

/** An append that waits for its commit. `settle` is called once, after the commit returned. */
export interface WaitingAppend {
  options: AppendOptions;
  events: ProposedEvent[];
  size: number;
  /** True when nobody waits for the answer any more; an append that was not begun by then is left out. */
  abandoned(): boolean;
  settle(outcome: AppendOutcome): void;
}

export type WriterPoint = "event-node.before-commit" | "event-node.after-commit" | "event-node.after-ack";

export interface WriterHooks {
  /** Called with the committed events, after their appends were answered. */
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
  #queue: WaitingAppend[] = [];
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

  append(append: WaitingAppend): void {
    if (this.#queuedBytes > LIMITS.queueBytes) {
      append.settle({ kind: "timeout" });
      return;
    }
    this.#queuedBytes += append.size;
    this.#queue.push(append);
    this.#schedule();
  }

  /** Commits everything that waits. For the graceful stop. */
  drain(): void {
    while (this.#queue.length > 0 && !this.#stopped) this.#run();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (this.#queue.length > 0 && !this.#stopped) this.#run();
      if (this.#queue.length > 0) this.#schedule();
    });
  }

  #run(): void {
    const batch: WaitingAppend[] = [];
    const outcomes: AppendOutcome[] = [];
    const stored: LoggedEvent[] = [];
    let bytes = 0;
    try {
      this.#begin.run();
      const start = performance.now();
      for (const append of this.#queue) {
        if (batch.length > 0 && this.#isFull(batch.length, bytes + append.size, start)) break;
        batch.push(append);
        bytes += append.size;
        outcomes.push(this.#apply(append, stored));
      }
      this.#hooks.onPoint("event-node.before-commit");
      const worked = performance.now();
      this.#commit.run();
      this.#commitTime += (performance.now() - worked - this.#commitTime) / 8;
    } catch (error) {
      // Memory may be ahead of the file now, and after a failed fsync nobody knows what the disk holds.
      this.#stopped = true;
      this.#hooks.onFatal(error as Error);
      return;
    }
    this.#hooks.onPoint("event-node.after-commit");
    this.#queue.splice(0, batch.length);
    this.#queuedBytes -= bytes;
    for (const [i, append] of batch.entries()) {
      const outcome = outcomes[i];
      if (outcome) append.settle(outcome);
    }
    this.#hooks.onPoint("event-node.after-ack");
    if (stored.length > 0) this.#hooks.onCommitted(stored, batch.length, bytes);
  }

  /**
   * A commit takes no more once its appends have taken as long as the disk will. Then the disk costs half of the time
   * at most, and the first clients have their answers, and are at work again, while the rest of a long queue is stored.
   */
  #isFull(appends: number, bytes: number, start: number): boolean {
    if (appends >= LIMITS.commitAppends || bytes > LIMITS.commitBytes) return true;
    return performance.now() - start > this.#commitTime;
  }

  #apply(append: WaitingAppend, stored: LoggedEvent[]): AppendOutcome {
    const { events, options } = append;
    if (append.abandoned() || (options.deadline !== undefined && Date.now() > options.deadline))
      return { kind: "timeout" };
    const log = this.#log;
    const known = log.streams.named(options.streamName);
    const head = known?.head ?? NO_EVENTS;
    const decision = decideAppend(
      options.expected,
      head,
      events.map((event) => event.id),
      {
        latest: (id) => known && log.latest(known, id),
        at: (revision) => known && log.at(known, revision),
      },
    );
    if (decision.kind === "wrong-version") return { kind: "wrong-version", expected: options.expected, head };
    if (decision.kind === "repeat") return { kind: "stored", revision: decision.revision, position: decision.position };
    if (events.length === 0) return { kind: "stored", revision: head, position: log.lastPosition };
    const stream = known ?? log.streams.create(options.streamName);
    const created = log.createdNow();
    for (const event of events) stored.push(log.insert(stream, event, created));
    return { kind: "stored", revision: stream.head, position: log.lastPosition };
  }
}
