import type { EventStore } from "../event-store/port.ts";
import { comparePlaces, type Place } from "./position.ts";

/** A page of the log that is being read while its reader is busy with the one before. */
export class PageAhead {
  readonly page: ReturnType<EventStore["readAll"]>;
  /** Where the reader's ring began when this reading did. */
  readonly ringBegan: Place;
  readonly #after: Place;
  readonly #max: number;

  constructor(store: EventStore, after: Place, max: number, ringBegan?: Place) {
    this.#after = after;
    this.#max = max;
    this.ringBegan = ringBegan;
    this.page = store.readAll(after, max);
    this.page.catch(() => {}); // whoever awaits it gets the error; nobody may
  }

  serves(after: Place, max: number): boolean {
    return this.#max === max && comparePlaces(this.#after, after) === 0;
  }
}
