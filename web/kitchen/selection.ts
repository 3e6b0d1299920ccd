import { batch, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { ColumnId } from "../state/kitchen/acts.ts";
import type { Display } from "../state/kitchen/display.ts";
import type { Entry } from "../state/kitchen/entry.ts";
import type { Slot } from "../state/kitchen/places.ts";

/** The column that keys work in, the ticket that is chosen, and the one that a question is open about. */
export class Selection {
  /** Columns on the screen, left to right. */
  columns: readonly ColumnId[] = [];
  readonly column = signal<ColumnId | undefined>(undefined);
  /** True once a key was used: then tickets show theirs. */
  readonly byKeys = signal(false);
  /** The ticket that is asked about: why it cannot be made, or what of it is missing. */
  readonly asking = signal<Entry | undefined>(undefined);
  readonly #display: Display;
  #chosen: string | undefined;
  /** For each place that has asked, whether it is the chosen one: a choice concerns two of a hundred tickets. */
  readonly #marks = new Map<string, Signal<boolean>>();

  constructor(display: Display) {
    this.#display = display;
  }

  isChosen(column: ColumnId, id: string): ReadonlySignal<boolean> {
    return this.#mark(column, id);
  }

  choose(column: ColumnId, id: string): void {
    batch(() => {
      const before = this.column.peek();
      if (before !== undefined && this.#chosen !== undefined) this.#mark(before, this.#chosen).value = false;
      this.#mark(column, id).value = true;
      this.column.value = column;
      this.#chosen = id;
    });
  }

  /** Forgets the marks of tickets that are not there any more. */
  forget(column: ColumnId, id: string): void {
    if (this.#chosen !== id || this.column.peek() !== column) this.#marks.delete(`${column} ${id}`);
  }

  #mark(column: ColumnId, id: string): Signal<boolean> {
    const key = `${column} ${id}`;
    const known = this.#marks.get(key) ?? signal(this.#chosen === id && this.column.peek() === column);
    this.#marks.set(key, known);
    return known;
  }

  ask(entry: Entry): void {
    this.asking.value = entry;
  }

  /** Asks about the chosen ticket. */
  askChosen(): void {
    const [, entry, slot] = this.#current();
    if (entry && !slot?.left) this.ask(entry);
  }

  /** Chooses the nth ticket of the marked column, or of the first that has one. */
  nth(n: number): void {
    const column = this.#marked();
    const slot = column === undefined ? undefined : this.#slots(column)[n];
    if (column !== undefined && slot && !slot.left?.over) this.#show(column, slot.id);
  }

  /** Goes to the ticket below or above. */
  step(by: 1 | -1): void {
    const column = this.#marked();
    if (column === undefined) return;
    const slots = this.#readable(column);
    const at = slots.findIndex(({ id }) => id === this.#chosen);
    const next = slots[at < 0 ? 0 : Math.max(0, Math.min(slots.length - 1, at + by))];
    if (next) this.#show(column, next.id);
  }

  /** Goes to the next column that has tickets; to the first of them. */
  turn(by: 1 | -1): void {
    const marked = this.#marked();
    const start = marked === undefined ? -1 : this.columns.indexOf(marked);
    for (let at = start + by; at >= 0 && at < this.columns.length; at += by) {
      const column = this.columns[at];
      const first = column === undefined ? undefined : this.#readable(column)[0];
      if (column === undefined || !first) continue;
      this.#show(column, first.id);
      return;
    }
  }

  /** Does with the chosen ticket what a touch would do. */
  advance(): void {
    const [column, entry, slot] = this.#current();
    if (column !== undefined && entry && !slot?.left) this.#display.press(entry, column, true);
  }

  /** Takes back what was completed at the chosen place. */
  recall(): void {
    const [, entry, slot] = this.#current();
    const stage = slot?.left?.recall;
    if (entry && stage !== undefined) this.#display.recall(entry, stage);
  }

  #current(): readonly [ColumnId | undefined, Entry | undefined, Slot | undefined] {
    const column = this.column.peek();
    const id = this.#chosen;
    if (column === undefined || id === undefined) return [undefined, undefined, undefined];
    const slot = this.#slots(column).find((candidate) => candidate.id === id);
    return [column, slot && this.#display.entry(id), slot];
  }

  #slots(column: ColumnId): readonly Slot[] {
    return this.#display.board.slots(column).peek();
  }

  /** Places where something stands to be read. */
  #readable(column: ColumnId): readonly Slot[] {
    return this.#slots(column).filter(({ left }) => !left?.over);
  }

  #marked(): ColumnId | undefined {
    const marked = this.column.peek();
    if (marked !== undefined && this.columns.includes(marked) && this.#readable(marked).length > 0) return marked;
    return this.columns.find((column) => this.#readable(column).length > 0);
  }

  #show(column: ColumnId, id: string): void {
    this.choose(column, id);
    // A button that was touched before keeps the focus, and would take the next Space for itself.
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    const ticket = document.querySelector(`[data-column="${CSS.escape(column)}"] [data-id="${CSS.escape(id)}"]`);
    ticket?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
}
