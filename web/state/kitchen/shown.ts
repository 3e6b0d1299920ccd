import { readStored, writeStored } from "../stored.ts";
import type { ColumnId } from "./acts.ts";

/** What a display shows: the columns it was set to, all of them, or the view of the pass. */
export type Shown =
  | { readonly view: "all" }
  | { readonly view: "expo" }
  | { readonly view: "some"; readonly columns: readonly ColumnId[] };

const ALL = "all";
const EXPO = "expo";
const nameOf = (siteId: string) => `kitchen-shown.${siteId}`;

/** Reads what an address asks for; without a word of it, what this display showed last. */
export function shownBy(siteId: string, asked: string | undefined): Shown {
  const text = asked ?? readStored<string>(nameOf(siteId)) ?? ALL;
  if (text === ALL || text === "") return { view: "all" };
  if (text === EXPO) return { view: "expo" };
  return { view: "some", columns: text.split(",").filter((column) => column !== "") };
}

/** Keeps what a display shows, so that it comes back to it when it is switched on again. */
export const keepShown = (siteId: string, shown: Shown): boolean => writeStored(nameOf(siteId), textOf(shown));

const textOf = (shown: Shown): string => (shown.view === "some" ? shown.columns.join(",") : shown.view);

/** The address of what a display is to show. */
export const pathOf = (siteId: string, shown: Shown): string =>
  `/kitchen/${encodeURIComponent(siteId)}?station=${textOf(shown).split(",").map(encodeURIComponent).join(",")}`;
