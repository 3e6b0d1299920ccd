import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import type { EventStore } from "../event-store/port.ts";
import { PageAhead } from "./page-ahead.ts";
import { comparePlaces, type Place } from "./position.ts";

/** A piece of the log. */
export interface LogPage {
  readonly events: readonly RecordedEvent[];
  /** Nothing between the last event and this place is missing. */
  readonly to: Place;
}

export interface LogPagesRequest {
  readonly store: EventStore;
  /** Exclusive. */
  readonly after: Place;
  /** Inclusive; the last page ends there. */
  readonly until: Place;
  /** Events of a page. */
  readonly size: number;
}

/** The log between two places, page by page; the next page is being read while its reader is busy with one. */
export async function* logPages({ store, after, until, size }: LogPagesRequest): AsyncGenerator<LogPage> {
  let place = after;
  let reading = new PageAhead(store, place, size);
  while (comparePlaces(place, until) < 0) {
    const page = await reading.page;
    const last = page.atEnd || comparePlaces(page.next, until) >= 0;
    place = last ? until : page.next;
    if (!last) reading = new PageAhead(store, place, size);
    yield {
      events: last ? page.events.filter(({ position }) => comparePlaces(position, until) <= 0) : page.events,
      to: place,
    };
  }
}
