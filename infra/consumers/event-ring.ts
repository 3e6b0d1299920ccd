import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import { comparePlaces, laterPlace, type Place } from "./position.ts";

export interface RingBounds {
  readonly events: number;
  /** Approximate: the length of data and metadata as JSON text. */
  readonly bytes: number;
}

/**
 * The newest events of the log, decoded once for all consumers of a process. Complete after `from`: a consumer whose
 * place is not before `from` can be served from here and misses nothing.
 */
export class EventRing {
  readonly #bounds: RingBounds;
  readonly #events: (RecordedEvent | undefined)[];
  readonly #sizes: number[];
  #first = 0;
  #count = 0;
  #bytes = 0;
  #from: Place;
  #last: Place;

  /** An empty ring that is complete after `from`. */
  constructor(from: Place, bounds: RingBounds) {
    this.#bounds = bounds;
    this.#events = new Array(bounds.events);
    this.#sizes = new Array(bounds.events).fill(0);
    this.#from = from;
    this.#last = from;
  }

  /** Everything after this place, up to `last`, is in the ring. */
  get from(): Place {
    return this.#from;
  }

  /** The log is known up to here. */
  get last(): Place {
    return this.#last;
  }

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#bytes;
  }

  covers(after: Place): boolean {
    return comparePlaces(after, this.#from) >= 0;
  }

  /** Adds the next event of the log. One that is not after `last` is a repeat and is left out. */
  push(event: RecordedEvent): boolean {
    if (comparePlaces(event.position, this.#last) <= 0) return false;
    const size = sizeOf(event);
    while (this.#count > 0 && (this.#count === this.#bounds.events || this.#bytes + size > this.#bounds.bytes)) {
      this.#dropOldest();
    }
    const slot = (this.#first + this.#count) % this.#bounds.events;
    this.#events[slot] = event;
    this.#sizes[slot] = size;
    this.#count++;
    this.#bytes += size;
    this.#last = event.position;
    return true;
  }

  /** Nothing that concerns consumers lies between `last` and this place. */
  passOver(place: Place): void {
    this.#last = laterPlace(this.#last, place);
  }

  /** Up to `max` events after a place that the ring covers. */
  after(place: Place, max: number): RecordedEvent[] {
    const out: RecordedEvent[] = [];
    for (let index = this.#firstAfter(place); index < this.#count && out.length < max; index++) {
      const event = this.#at(index);
      if (event) out.push(event);
    }
    return out;
  }

  countAfter(place: Place): number {
    return this.#count - this.#firstAfter(place);
  }

  #at(index: number): RecordedEvent | undefined {
    return this.#events[(this.#first + index) % this.#bounds.events];
  }

  /** Index of the first event after a place, by halving. */
  #firstAfter(place: Place): number {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (comparePlaces(this.#at(middle)?.position, place) > 0) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #dropOldest(): void {
    this.#from = this.#events[this.#first]?.position ?? this.#from;
    this.#events[this.#first] = undefined;
    this.#bytes -= this.#sizes[this.#first] ?? 0;
    this.#first = (this.#first + 1) % this.#bounds.events;
    this.#count--;
  }
}

/** A foreign writer may have left either out. */
const sizeOf = (event: RecordedEvent): number =>
  (JSON.stringify(event.data)?.length ?? 0) + (JSON.stringify(event.metadata)?.length ?? 0);
