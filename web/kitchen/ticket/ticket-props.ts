import type { ColumnId } from "../../state/kitchen/acts.ts";
import type { Display } from "../../state/kitchen/display.ts";
import type { Entry } from "../../state/kitchen/entry.ts";
import type { Left } from "../../state/kitchen/places.ts";
import type { Selection } from "../selection.ts";

/** What the parts of a ticket are drawn from. */
export interface TicketProps {
  readonly entry: Entry;
  /** It has left this column, and its place is kept for a moment. */
  readonly left: Left | undefined;
  readonly column: ColumnId;
  /** Key that chooses it. */
  readonly place: number | undefined;
  readonly display: Display;
  readonly selection: Selection;
}
