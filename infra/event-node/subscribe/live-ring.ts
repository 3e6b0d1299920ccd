import { LIMITS } from "../limits.ts";
import type { LoggedEvent } from "../log/event-log.ts";
import { encodeEvents } from "../wire/event-encoding.ts";

/** An event as live subscribers get it: encoded once, in the buffer of its commit. */
export interface LiveEvent {
  position: number;
  revision: number;
  streamName: string;
  type: string;
  page: Buffer;
  start: number;
  end: number;
}

/**
 * The newest events, encoded, for live subscribers. Each subscriber holds the sequence number of the next event it
 * wants; one whose number has left the ring reads from the database until it is back. So a slow subscriber costs a
 * number, and memory is bounded by the ring.
 */
export class LiveRing {
  readonly #slots: (LiveEvent | undefined)[] = new Array(LIMITS.ringEvents).fill(undefined);
  #oldest = 0;
  #next = 0;
  #bytes = 0;

  /** The number the next event will get. */
  get next(): number {
    return this.#next;
  }

  /** Encodes committed events into the ring. */
  push(events: readonly LoggedEvent[]): LiveEvent[] {
    const { bytes: page, ends } = encodeEvents(events);
    const added: LiveEvent[] = [];
    let start = 0;
    for (const [i, event] of events.entries()) {
      const end = ends[i] ?? start;
      const { position, revision, streamName, type } = event;
      const live = { position, revision, streamName, type, page, start, end };
      added.push(live);
      if (this.#next - this.#oldest === LIMITS.ringEvents) this.#dropOldest();
      this.#slots[this.#next % LIMITS.ringEvents] = live;
      this.#next++;
      this.#bytes += end - start;
      start = end;
    }
    while (this.#bytes > LIMITS.ringBytes) this.#dropOldest();
    return added;
  }

  /** Counts events that nobody is subscribed to, without encoding them. What was in the ring is let go. */
  skip(count: number): void {
    while (this.#oldest < this.#next) this.#dropOldest();
    this.#next += count;
    this.#oldest = this.#next;
  }

  /** The event with that number, or undefined when it has left the ring. */
  get(number: number): LiveEvent | undefined {
    return number >= this.#oldest && number < this.#next ? this.#slots[number % LIMITS.ringEvents] : undefined;
  }

  #dropOldest(): void {
    const slot = this.#oldest % LIMITS.ringEvents;
    const event = this.#slots[slot];
    if (event) this.#bytes -= event.end - event.start;
    this.#slots[slot] = undefined;
    this.#oldest++;
  }
}

/** The bytes of consecutive live events, copied only where they come from different commits. */
export function joinLive(events: readonly LiveEvent[]): Buffer {
  const parts: Buffer[] = [];
  let run: LiveEvent | undefined;
  let end = 0;
  for (const event of events) {
    if (run && run.page === event.page && end === event.start) {
      end = event.end;
      continue;
    }
    if (run) parts.push(run.page.subarray(run.start, end));
    run = event;
    end = event.end;
  }
  if (run) parts.push(run.page.subarray(run.start, end));
  const [first] = parts;
  return parts.length === 1 && first ? first : Buffer.concat(parts);
}
