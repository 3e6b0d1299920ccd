import { type Signal, signal } from "@preact/signals";
import type { TicketLine } from "../../projections/views.ts";
import { actOf, type ColumnId, isStopped } from "../state/kitchen/acts.ts";
import type { Slot } from "../state/kitchen/board.ts";
import type { Display } from "../state/kitchen/display.ts";
import type { Entry } from "../state/kitchen/entry.ts";
import { switchSound } from "../state/kitchen/sound.ts";

/** What is open beside the board. */
export type Panel = "none" | "all-day" | "keys";

/** The column that keys work in, the ticket that is chosen, and the one that is about to be refused. */
export class Selection {
  /** Columns on the screen, left to right. */
  columns: readonly ColumnId[] = [];
  readonly column = signal<ColumnId | undefined>(undefined);
  /** True once a key was used: then tickets show theirs. */
  readonly byKeys = signal(false);
  readonly rejecting = signal<Entry | undefined>(undefined);
  /** The line that is asked about before it is reported as missing. */
  readonly missing = signal<{ readonly entry: Entry; readonly line: TicketLine } | undefined>(undefined);
  readonly #display: Display;
  readonly #chosen = signal<string | undefined>(undefined);

  constructor(display: Display) {
    this.#display = display;
  }

  isChosen(column: ColumnId, id: string): boolean {
    return this.#chosen.value === id && this.column.value === column;
  }

  choose(column: ColumnId, id: string | undefined): void {
    this.column.value = column;
    this.#chosen.value = id;
  }

  askIfMissing(entry: Entry, line: TicketLine): void {
    this.missing.value = { entry, line };
  }

  askToReject(entry: Entry): void {
    this.rejecting.value = entry;
  }

  /** Chooses the nth ticket of the marked column, or of the first that has one. */
  nth(n: number): void {
    const column = this.#marked();
    const slot = column === undefined ? undefined : this.#slots(column)[n];
    if (column !== undefined && slot) this.#show(column, slot.id);
  }

  /** Goes to the ticket below or above. */
  step(by: 1 | -1): void {
    const column = this.#marked();
    if (column === undefined) return;
    const slots = this.#slots(column);
    const at = slots.findIndex(({ id }) => id === this.#chosen.value);
    const next = slots[at < 0 ? 0 : Math.max(0, Math.min(slots.length - 1, at + by))];
    if (next) this.#show(column, next.id);
  }

  /** Goes to the next column that has tickets; to the first of them. */
  turn(by: 1 | -1): void {
    const marked = this.#marked();
    const start = marked === undefined ? -1 : this.columns.indexOf(marked);
    for (let at = start + by; at >= 0 && at < this.columns.length; at += by) {
      const column = this.columns[at];
      const first = column === undefined ? undefined : this.#slots(column)[0];
      if (column === undefined || !first) continue;
      this.#show(column, first.id);
      return;
    }
  }

  /** Does with the chosen ticket what a touch would do. */
  advance(): void {
    const [column, entry, slot] = this.#current();
    if (column === undefined || !entry || slot?.left) return;
    this.#display.touched(entry);
    const ticket = entry.ticket.peek();
    const act = actOf(ticket, column);
    if (isStopped(ticket)) this.#display.acknowledge(entry);
    else if (act) void this.#display.send(entry, act);
  }

  /** Takes back what was completed at the chosen place. */
  recall(): void {
    const [, entry, slot] = this.#current();
    const stage = slot?.left?.recall;
    if (entry && stage !== undefined) void this.#display.send(entry, { type: "recall", stage });
  }

  #current(): readonly [ColumnId | undefined, Entry | undefined, Slot | undefined] {
    const column = this.column.peek();
    const id = this.#chosen.peek();
    if (column === undefined || id === undefined) return [undefined, undefined, undefined];
    const slot = this.#slots(column).find((candidate) => candidate.id === id);
    return [column, slot && this.#display.entry(id), slot];
  }

  #slots(column: ColumnId): readonly Slot[] {
    return this.#display.board.slots(column).peek();
  }

  #marked(): ColumnId | undefined {
    const marked = this.column.peek();
    if (marked !== undefined && this.columns.includes(marked) && this.#slots(marked).length > 0) return marked;
    return this.columns.find((column) => this.#slots(column).length > 0);
  }

  #show(column: ColumnId, id: string): void {
    this.choose(column, id);
    const ticket = document.querySelector(`[data-column="${CSS.escape(column)}"] [data-id="${CSS.escape(id)}"]`);
    ticket?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
}

/** Carries out a key of the display. Keys that belong to a field or a focused button stay theirs. */
export function handleKey(event: KeyboardEvent, selection: Selection, panel: Signal<Panel>): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const target = event.target instanceof Element ? event.target : undefined;
  if (target?.closest("dialog, input, textarea, select")) return;
  const act = actFor(event.key, selection, panel);
  if (!act) return;
  if ((event.key === " " || event.key === "Enter") && target?.closest("button, a")) return;
  event.preventDefault();
  if (event.key !== "Escape") selection.byKeys.value = true;
  if (!event.repeat || event.key.startsWith("Arrow")) act();
}

function actFor(key: string, selection: Selection, panel: Signal<Panel>): (() => void) | undefined {
  if (/^[1-9]$/.test(key)) return () => selection.nth(Number(key) - 1);
  const toggle = (which: Panel) => () => {
    panel.value = panel.value === which ? "none" : which;
  };
  switch (key) {
    case " ":
      return () => selection.advance();
    case "ArrowDown":
      return () => selection.step(1);
    case "ArrowUp":
      return () => selection.step(-1);
    case "ArrowRight":
      return () => selection.turn(1);
    case "ArrowLeft":
      return () => selection.turn(-1);
    case "u":
    case "U":
    case "Backspace":
      return () => selection.recall();
    case "a":
    case "A":
      return toggle("all-day");
    case "m":
    case "M":
      return switchSound;
    case "?":
      return toggle("keys");
    case "Escape":
      return () => {
        panel.value = "none";
      };
    default:
      return undefined;
  }
}
