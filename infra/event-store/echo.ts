import type { RecordedEvent } from "../../domain/chain/envelope.ts";

/** How long an acknowledged append may take to come by in the live log. */
const WAIT_MS = 100;
/** So many appends in a row that did not come by: the live reading has gone silent. */
const MOST_MISSES = 3;
const OPEN_AGAIN_AFTER_MS = 2_000;

/** Opens a live reading of the log from its end; answers how to stop it. `ended` is called once. */
export type OpenLive = (reader: { ready(): void; event(event: RecordedEvent): void; ended(): void }) => () => void;

/**
 * Sees one's own appends come by in the live log, as they are stored. An append needs its events back, because the store
 * answers success also for other data under the same ids; to read them costs a call, which is as much work as decoding
 * thirty events that come by on their own.
 *
 * It is a short cut and nothing more: whoever does not see their events in a moment reads them.
 */
export class AppendEcho {
  readonly #open: OpenLive;
  readonly #listening = new Map<string, Set<Listener>>();
  #close: (() => void) | undefined;
  #ready = false;
  #misses = 0;
  #openNotBefore = 0;

  constructor(open: OpenLive) {
    this.#open = open;
  }

  /** Begins to listen, before the append is sent. `end` it in any case. */
  listen(stream: string): Listener {
    if (this.#close === undefined && performance.now() >= this.#openNotBefore) this.#begin();
    const listener = new Listener(
      () => this.#ready,
      (seen) => this.#noteWait(seen),
      () => {
        listeners.delete(listener);
        if (listeners.size === 0) this.#listening.delete(stream);
      },
    );
    const listeners = this.#listening.get(stream) ?? new Set();
    this.#listening.set(stream, listeners.add(listener));
    return listener;
  }

  close(): void {
    this.#openNotBefore = Number.POSITIVE_INFINITY;
    this.#end();
  }

  #begin(): void {
    let over = false;
    const stop = this.#open({
      ready: () => {
        if (!over) this.#ready = true;
      },
      event: (event) => {
        for (const listener of this.#listening.get(event.stream) ?? []) listener.hear(event);
      },
      ended: () => {
        if (!over) this.#end();
      },
    });
    this.#misses = 0;
    this.#close = () => {
      over = true;
      stop();
    };
  }

  #noteWait(seen: boolean): void {
    this.#misses = seen ? 0 : this.#misses + 1;
    if (this.#misses >= MOST_MISSES) this.#end();
  }

  #end(): void {
    this.#ready = false;
    this.#close?.();
    this.#close = undefined;
    this.#openNotBefore = Math.max(this.#openNotBefore, performance.now() + OPEN_AGAIN_AFTER_MS);
  }
}

/** Hears the events of one stream while an append to it is under way. */
export class Listener {
  readonly end: () => void;
  readonly #canHear: () => boolean;
  readonly #noteWait: (seen: boolean) => void;
  readonly #heard = new Map<bigint, RecordedEvent>();
  #wake: (() => void) | undefined;

  constructor(canHear: () => boolean, noteWait: (seen: boolean) => void, end: () => void) {
    this.#canHear = canHear;
    this.#noteWait = noteWait;
    this.end = end;
  }

  hear(event: RecordedEvent): void {
    this.#heard.set(event.revision, event);
    this.#wake?.();
  }

  /** The events from one revision to another, both included; undefined when they do not come by in a moment. */
  async events(from: bigint, to: bigint): Promise<readonly RecordedEvent[] | undefined> {
    const found = this.#found(from, to);
    if (found !== undefined || !this.#canHear()) return found;
    const until = performance.now() + WAIT_MS;
    for (let left = WAIT_MS; left > 0; left = until - performance.now()) {
      await this.#next(left);
      const now = this.#found(from, to);
      if (now !== undefined) {
        this.#noteWait(true);
        return now;
      }
    }
    this.#noteWait(false);
    return undefined;
  }

  #found(from: bigint, to: bigint): readonly RecordedEvent[] | undefined {
    const events: RecordedEvent[] = [];
    for (let revision = from; revision <= to; revision++) {
      const event = this.#heard.get(revision);
      if (event === undefined) return undefined;
      events.push(event);
    }
    return events;
  }

  #next(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#wake = done;
    });
  }
}
