import type { VNode } from "preact";
import type { ColumnId } from "../../state/kitchen/acts.ts";
import type { Display } from "../../state/kitchen/display.ts";
import type { Slot } from "../../state/kitchen/places.ts";
import type { Selection } from "../selection.ts";
import { Ticket } from "../ticket/Ticket.tsx";

interface DrawnTicket {
  readonly slot: Slot;
  readonly place: number | undefined;
  readonly drawn: VNode;
}

/** The tickets of a column as they were drawn last: a touch changes one of a hundred, and the others are not asked. */
export class DrawnTickets {
  readonly #column: ColumnId;
  readonly #display: Display;
  readonly #selection: Selection;
  readonly #known = new Map<string, DrawnTicket>();

  constructor(column: ColumnId, display: Display, selection: Selection) {
    this.#column = column;
    this.#display = display;
    this.#selection = selection;
  }

  /** The ticket of a place; the same node as before where nothing has changed about it. `place`: the key that chooses it. */
  of(slot: Slot, place: number | undefined): VNode | null {
    const known = this.#known.get(slot.id);
    if (known?.slot === slot && known.place === place) return known.drawn;
    const entry = this.#display.entry(slot.id);
    if (!entry) return null;
    const drawn = (
      <Ticket
        key={slot.id}
        entry={entry}
        left={slot.left}
        column={this.#column}
        place={place}
        display={this.#display}
        selection={this.#selection}
      />
    );
    this.#known.set(slot.id, { slot, place, drawn });
    return drawn;
  }

  /** Forgets the tickets that have no place any more. */
  keepOnly(slots: readonly Slot[]): void {
    if (this.#known.size <= slots.length) return;
    const ids = new Set(slots.map(({ id }) => id));
    for (const id of this.#known.keys()) if (!ids.has(id)) this.#known.delete(id);
  }
}
