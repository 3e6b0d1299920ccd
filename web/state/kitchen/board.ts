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
const FINGER = 2_000;
/** Nobody holds a finger down for longer: its lifting was not heard. */
const LONGEST_TOUCH = 20_000;
/** A column that nobody has been near for this long is put in order again. */
const AT_REST = 20_000;

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The columns of a display and the tickets' places in them. */
export class Board {
  readonly columns: Signal<readonly ColumnId[]>;
  readonly #slots = new Map<ColumnId, Signal<readonly Slot[]>>();
  readonly #pointedAt = new Map<ColumnId, number>();
  #down: { readonly column: ColumnId; readonly at: number } | undefined;

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

  /** A finger is down in a column. */
  pressed(column: ColumnId): void {
    this.#down = { column, at: Date.now() };
    this.pointed(column);
  }

  /** The finger was lifted. */
  released(): void {
    if (this.#down) this.pointed(this.#down.column);
    this.#down = undefined;
  }

  /** Whether a finger is in a column, or was a moment ago. */
  isNear(column: ColumnId, now: number): boolean {
    if (this.#down?.column === column && now - this.#down.at < LONGEST_TOUCH) return true;
    return now - (this.#pointedAt.get(column) ?? 0) < FINGER;
  }

  /** Whether a finger is near a ticket: drawn larger it would push what stands below it. */
  isNearTicket(id: string, now: number): boolean {
    return this.columns.peek().some((column) => this.isNear(column, now) && this.hasPlace(column, id));
  }

  /** Whether a ticket stands in a column, or has left it so lately that its place is kept. */
  hasPlace(column: ColumnId, id: string): boolean {
    return this.slots(column)
      .peek()
      .some((slot) => slot.id === id);
  }

  /** Whether a ticket stands in one of these columns. */
  standsIn(columns: readonly ColumnId[], id: string): boolean {
    return columns.some((column) => this.#holds(column, id));
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

  /**
   * Orders columns by age: all of them for the first showing, when nobody has a finger on anything yet, and afterwards
   * those that nobody has been near for a while.
   *
   * @param receivedAt in RFC 3339, UTC
   * @param now epoch milliseconds; undefined for the first showing
   */
  sort(receivedAt: (id: string) => string, now?: number): void {
    const older = (a: Slot, b: Slot) => compare(receivedAt(a.id), receivedAt(b.id));
    for (const [column, slots] of this.#slots) {
      if (now !== undefined && now - (this.#pointedAt.get(column) ?? 0) < AT_REST) continue;
      const all = slots.peek();
      const isOrdered = all.every(({ id }, at) => at === 0 || receivedAt(all[at - 1]?.id ?? "") <= receivedAt(id));
      if (!isOrdered) slots.value = all.toSorted(older);
    }
  }

  /** Closes the gaps of tickets that have been gone long enough, where no finger is. Returns the ids that left. */
  sweep(now: number): readonly string[] {
    const left: string[] = [];
    for (const [column, slots] of this.#slots) {
      const resting = !this.isNear(column, now);
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
