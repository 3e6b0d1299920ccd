import { batch, type Signal, signal } from "@preact/signals";
import { type ColumnId, columnsOf, isStopped, NEW, READY } from "./acts.ts";
import type { Entry } from "./entry.ts";

/** A place in a column. A ticket that left keeps its place for a while, so that nothing moves under a finger. */
export interface Slot {
  readonly id: string;
  readonly left: Left | undefined;
}

export interface Left {
  readonly at: number;
  readonly until: number;
  /** The station to take it back to, while it can be undone. */
  readonly recall: string | undefined;
}

const RECALL_FOR = 10_000;
const KEPT_FOR = 3_000;
/** How long a place is kept on a display that nobody has touched lately: long enough to see that it changed. */
const SEEN_FOR = 600;
const ATTENDED = 15_000;
/** A column that was touched or pointed at less long ago than this does not close up. */
const FINGER = 1_500;

/** The columns of a display and the tickets' places in them. */
export class Board {
  readonly columns: Signal<readonly ColumnId[]>;
  readonly #slots = new Map<ColumnId, Signal<readonly Slot[]>>();
  readonly #pointedAt = new Map<ColumnId, number>();

  constructor(stations: readonly string[]) {
    this.columns = signal([NEW, ...stations, READY]);
  }

  slots(column: ColumnId): Signal<readonly Slot[]> {
    const known = this.#slots.get(column) ?? signal<readonly Slot[]>([]);
    this.#slots.set(column, known);
    return known;
  }

  /** A finger or a pointer is over a column. */
  pointed(column: ColumnId): void {
    this.#pointedAt.set(column, Date.now());
  }

  /** Puts a ticket where it belongs now. `recall`: the station that this display has just completed. */
  settle(entry: Entry, gone: boolean, recall?: string): void {
    const ticket = entry.ticket.peek();
    const wanted = gone ? [] : this.#wanted(entry);
    batch(() => {
      for (const station of ticket.stations) this.#known(station);
      for (const column of this.columns.peek()) {
        const slots = this.slots(column);
        const slot = slots.peek().find(({ id }) => id === entry.id);
        if (wanted.includes(column)) {
          if (!slot) slots.value = [...slots.peek(), { id: entry.id, left: undefined }];
          else if (slot.left) this.#replace(slots, { id: entry.id, left: undefined });
        } else if (slot) {
          const mine = recall === column ? recall : undefined;
          if (slot.left && mine === undefined) continue;
          const at = Date.now();
          const attended = at - Math.max(0, ...this.#pointedAt.values()) < ATTENDED;
          const until = at + (mine !== undefined ? RECALL_FOR : attended ? KEPT_FOR : SEEN_FOR);
          this.#replace(slots, { id: entry.id, left: { at, until, recall: mine } });
        }
      }
    });
  }

  /** Orders every column by age: for the first showing, when nobody has a finger on anything yet. */
  sort(receivedAt: (id: string) => string): void {
    for (const slots of this.#slots.values()) {
      slots.value = slots.peek().toSorted((a, b) => receivedAt(a.id).localeCompare(receivedAt(b.id)));
    }
  }

  /** Closes the gaps of tickets that have been gone long enough, where no finger is. Returns the ids that left. */
  sweep(now: number): readonly string[] {
    const left: string[] = [];
    for (const [column, slots] of this.#slots) {
      const resting = now - (this.#pointedAt.get(column) ?? 0) >= FINGER;
      const all = slots.peek();
      const kept = all.filter((slot, at) => {
        if (!slot.left || slot.left.until > now) return true;
        // Nothing stands below the last one, so nothing moves.
        return !resting && at < all.length - 1;
      });
      if (kept.length === all.length) continue;
      left.push(...all.filter((slot) => !kept.includes(slot)).map(({ id }) => id));
      slots.value = kept;
    }
    return left;
  }

  /** A ticket that is stopped stays where it was seen last. */
  #wanted(entry: Entry): readonly ColumnId[] {
    const ticket = entry.ticket.peek();
    if (!isStopped(ticket)) return columnsOf(ticket);
    const at = this.columns.peek().filter((column) => this.#holds(column, entry.id));
    return at.length > 0 ? at : columnsOf(ticket);
  }

  #holds(column: ColumnId, id: string): boolean {
    return this.slots(column)
      .peek()
      .some((slot) => slot.id === id && !slot.left);
  }

  #replace(slots: Signal<readonly Slot[]>, next: Slot): void {
    slots.value = slots.peek().map((slot) => (slot.id === next.id ? next : slot));
  }

  /** A station that the site did not name when the display was opened gets a column too. */
  #known(station: string): void {
    const columns = this.columns.peek();
    if (!columns.includes(station)) this.columns.value = [...columns.slice(0, -1), station, READY];
  }
}
