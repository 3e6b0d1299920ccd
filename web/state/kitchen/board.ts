import { batch, type Signal, signal } from "@preact/signals";
import { type ColumnId, columnsOf, isStopped, NEW, READY } from "./acts.ts";
import type { Entry } from "./entry.ts";
import { closedUp, type Older, type Sight, type Slot, samePlaces, tidied } from "./places.ts";
import { READS } from "./touch.ts";

const RECALL_FOR = 10_000;
/** Long enough to read where a ticket has gone. */
const KEPT_FOR = 3_000;
/** A finger that was in a column less long ago than this is on its way to the next ticket there. */
export const FINGER = 2_000;
/** Nobody holds a finger down for longer: its lifting was not heard. */
const LONGEST_TOUCH = 20_000;
/** Nobody who works in a column is away from it for so long. */
export const AT_REST = 10_000;

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * The columns of a display and the tickets' places in them. A place is given up where that moves nothing that is seen,
 * and else with the next touch of this display, when people expect something to change. By itself a column closes up
 * only where it would keep work from being seen, and nobody has been near it for a while.
 */
export class Board {
  readonly columns: Signal<readonly ColumnId[]>;
  readonly #slots = new Map<ColumnId, Signal<readonly Slot[]>>();
  readonly #pointedAt = new Map<ColumnId, number>();
  /** The last touch in each column and the one before. */
  readonly #touches = new Map<ColumnId, readonly [number, number]>();
  readonly #movedAt = new Map<ColumnId, number>();
  readonly #sights = new Map<ColumnId, () => Sight | undefined>();
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
    const at = Date.now();
    this.#touches.set(column, [at, this.#touches.get(column)?.[0] ?? Number.NEGATIVE_INFINITY]);
    this.#down = { column, at };
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

  /** Somebody works down a column: the touch before the last one there was only just before it. */
  isRun(column: ColumnId): boolean {
    const [last, before] = this.#touches.get(column) ?? [0, Number.NEGATIVE_INFINITY];
    return last - before < FINGER;
  }

  /** Tickets of a column have just moved: a touch meant what stood there before. */
  hasMoved(column: ColumnId, now: number): boolean {
    return now - (this.#movedAt.get(column) ?? 0) < READS;
  }

  /** Says how to learn what of a column can be seen. Returns how to end that. */
  seenBy(column: ColumnId, look: () => Sight | undefined): () => void {
    this.#sights.set(column, look);
    return () => {
      if (this.#sights.get(column) === look) this.#sights.delete(column);
    };
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
          const until = at + (mine === undefined ? KEPT_FOR : RECALL_FOR);
          this.#replace(slots, { id: entry.id, left: { at, until, recall: mine, over: false } });
        }
      }
    });
  }

  /** Orders all columns by age, for the first showing: nobody has a finger on anything yet. */
  sort(receivedAt: (id: string) => string): void {
    const older = olderBy(receivedAt);
    for (const slots of this.#slots.values()) slots.value = slots.peek().toSorted(older);
  }

  /**
   * Empties places of tickets that have been gone long enough, and gives up what can be given up while nobody touches
   * anything. Returns the ids that left.
   *
   * @param receivedAt in RFC 3339, UTC
   */
  sweep(receivedAt: (id: string) => string, now: number): readonly string[] {
    const older = olderBy(receivedAt);
    return this.#change((column, all) => {
      const slots = all.some((slot) => isDue(slot, now)) ? all.map((slot) => emptied(slot, now)) : all;
      const next = closedUp(slots, {
        older,
        look: () => this.#sights.get(column)?.(),
        rests: now - (this.#pointedAt.get(column) ?? 0) >= AT_REST,
      });
      if (next.moved) this.#movedAt.set(column, now);
      return next.slots;
    });
  }

  /**
   * Somebody has touched this display: columns close up and come into order, but those where a finger is and the one
   * named. Returns the ids that left.
   */
  tidy(receivedAt: (id: string) => string, now: number, but?: ColumnId): readonly string[] {
    const older = olderBy(receivedAt);
    return this.#change((column, slots) => {
      if (column === but || this.#down?.column === column) return slots;
      const wanted = tidied(slots, older);
      if (samePlaces(wanted, slots)) return slots;
      this.#movedAt.set(column, now);
      return wanted;
    });
  }

  #change(next: (column: ColumnId, slots: readonly Slot[]) => readonly Slot[]): readonly string[] {
    const left: string[] = [];
    batch(() => {
      for (const [column, slots] of this.#slots) {
        const before = slots.peek();
        const after = next(column, before);
        if (samePlaces(before, after)) continue;
        const kept = new Set(after.map(({ id }) => id));
        left.push(...before.flatMap(({ id }) => (kept.has(id) ? [] : [id])));
        slots.value = after;
      }
    });
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

const olderBy =
  (receivedAt: (id: string) => string): Older =>
  (a, b) =>
    compare(receivedAt(a.id), receivedAt(b.id));

const isDue = ({ left }: Slot, now: number): boolean => left !== undefined && !left.over && left.until <= now;

const emptied = (slot: Slot, now: number): Slot =>
  slot.left && isDue(slot, now) ? { id: slot.id, left: { ...slot.left, recall: undefined, over: true } } : slot;
