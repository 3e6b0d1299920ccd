import type { Display } from "../../state/kitchen/display.ts";
import type { Entry } from "../../state/kitchen/entry.ts";

/** What a question about a ticket is drawn from. */
export interface QuestionProps {
  readonly entry: Entry;
  readonly display: Display;
  readonly close: () => void;
}
