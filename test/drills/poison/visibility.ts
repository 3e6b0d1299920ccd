import type { Position } from "../../../domain/chain/envelope.ts";
import { comparePlaces, type Place } from "../../../infra/consumers/position.ts";

interface Waiting {
  readonly position: Position;
  readonly storedAt: number;
}

/** How long it takes from the moment that an event is stored until a read model shows it. */
export class Visibility {
  readonly #waiting: Waiting[] = [];
  #next = 0;
  #took: number[] = [];

  /** An event was stored. Events may be told of out of order by a little. */
  stored(position: Position): void {
    this.#waiting.push({ position, storedAt: performance.now() });
  }

  /** The read model stands here now. */
  reached(place: Place): void {
    const now = performance.now();
    for (; this.#next < this.#waiting.length; this.#next++) {
      const one = this.#waiting[this.#next];
      if (one === undefined || comparePlaces(one.position, place) > 0) return;
      this.#took.push(Math.max(0, now - one.storedAt));
    }
  }

  get seen(): number {
    return this.#next;
  }

  /** What was measured since the last time, in milliseconds. */
  take(): number[] {
    const took = this.#took;
    this.#took = [];
    return took;
  }
}

/** The value below which a share of the numbers lies; 0 of none. */
export function percentile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
