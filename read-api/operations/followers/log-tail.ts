import type { Position, RecordedEvent } from "../../../domain/chain/envelope.ts";
import { comparePlaces, type Place } from "../../../infra/consumers/position.ts";
import type { EventStore } from "../../../infra/event-store/port.ts";

/** How far a place is behind the end of the log. */
export interface Behind {
  readonly events: number;
  /** False: at least so many; counting further would have taken too long. */
  readonly exact: boolean;
  /** Business time of the oldest event after the place; undefined when there is none. */
  readonly oldestAt: string | undefined;
}

const PAGE = 2_000;
/** Most events remembered; what is further behind is "at least so many". */
const MOST_KNOWN = 200_000;

/** An event as far as counting needs it. */
interface Mark {
  readonly position: Position;
  readonly at: string;
}

/** A place too far behind to be counted to the end, with what was counted. */
interface Far {
  readonly place: Place;
  readonly events: number;
  /** Events known after it when it was counted. */
  readonly known: number;
  readonly oldestAt: string | undefined;
}

/**
 * The last part of the log as positions, for telling how many events are after a place. The event store has no such
 * question, so events are counted by reading: from the end of what is known to the head, and from places further back
 * to the beginning of what is known, within a budget.
 */
export class LogTail {
  readonly #store: Pick<EventStore, "readAll">;
  readonly #page: number;
  #marks: Mark[] = [];
  /** Everything after this place is known. */
  #from: Place;
  #begun = false;
  #atHead = false;
  #added = 0;
  #far: Far[] = [];

  /** @param page events read at a time */
  constructor(store: Pick<EventStore, "readAll">, page = PAGE) {
    this.#store = store;
    this.#page = page;
  }

  /** Events that were added to the log since the first look. */
  get added(): number {
    return this.#added;
  }

  /** Reads up to the head, then back to these places, the latest first, at most `budget` events each way. */
  async look(places: readonly Place[], budget: number): Promise<void> {
    const latestFirst = places.toSorted((a, b) => comparePlaces(b, a));
    if (!this.#begun) this.#from = latestFirst[0];
    const found = await this.#readOn(budget);
    if (this.#begun) this.#added += found;
    this.#begun = true;
    let left = budget;
    this.#far = this.#far.filter((far) => places.some((place) => comparePlaces(place, far.place) === 0));
    for (const place of latestFirst) {
      if (comparePlaces(place, this.#from) >= 0 || this.#farOf(place)) continue;
      left -= await this.#readBack(place, Math.max(this.#page, left));
      if (left <= 0) break;
    }
    if (this.#marks.length > MOST_KNOWN) {
      this.#marks = this.#marks.slice(-MOST_KNOWN / 2);
      this.#from = this.#marks.shift()?.position;
    }
  }

  behind(place: Place): Behind {
    if (comparePlaces(place, this.#from) >= 0) {
      const first = this.#firstAfter(place);
      return { events: this.#marks.length - first, exact: this.#atHead, oldestAt: this.#marks[first]?.at };
    }
    const far = this.#farOf(place);
    // What lies between is at least the event that the known part begins after.
    const between = far === undefined ? 1 : far.events - far.known;
    return { events: between + this.#marks.length, exact: false, oldestAt: far?.oldestAt };
  }

  /** Events between two places, as far as they are known. */
  between(from: Place, to: Place): number {
    return Math.max(0, this.#firstAfter(to) - this.#firstAfter(from));
  }

  /** Answers how many events it read. */
  async #readOn(budget: number): Promise<number> {
    let after = this.#marks.at(-1)?.position ?? this.#from;
    let read = 0;
    for (this.#atHead = false; read < budget && !this.#atHead; ) {
      const { events, next, atEnd } = await this.#store.readAll(after, this.#page);
      this.#marks.push(...events.map(markOf));
      read += events.length;
      this.#atHead = atEnd || next === undefined;
      after = next;
    }
    return read;
  }

  /** Answers how many events it read. */
  async #readBack(place: Place, budget: number): Promise<number> {
    const found: Mark[] = [];
    for (let after = place; found.length < budget; ) {
      const { events, next, atEnd } = await this.#store.readAll(after, this.#page);
      for (const event of events) {
        if (comparePlaces(event.position, this.#from) > 0) break;
        found.push(markOf(event));
      }
      if (atEnd || next === undefined || comparePlaces(next, this.#from) >= 0) {
        this.#marks = [...found, ...this.#marks];
        this.#from = place;
        return found.length;
      }
      after = next;
    }
    const known = this.#marks.length;
    this.#far.push({ place, events: found.length + known, known, oldestAt: found[0]?.at });
    return found.length;
  }

  #farOf(place: Place): Far | undefined {
    return this.#far.find((far) => comparePlaces(far.place, place) === 0);
  }

  #firstAfter(place: Place): number {
    let [low, high] = [0, this.#marks.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (comparePlaces(this.#marks[middle]?.position, place) > 0) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

const markOf = ({ position, metadata }: RecordedEvent): Mark => ({ position, at: metadata.at });
