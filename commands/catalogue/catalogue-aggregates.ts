import * as item from "../../domain/catalogue/item.ts";
import * as site from "../../domain/site/site.ts";
import type { Aggregate } from "../writing/stream-memory.ts";

/** Sites as the writer folds them. Only the project writes their streams; shapes are those of the contract. */
export const sites: Aggregate<site.SiteState> = {
  name: "site",
  initial: undefined,
  evolve: (state, event) => site.evolve(state, { type: event.type, data: event.data } as site.SiteEvent),
};

/** Items as the writer folds them. */
export const items: Aggregate<item.ItemState> = {
  name: "item",
  initial: undefined,
  evolve: (state, event) => item.evolve(state, { type: event.type, data: event.data } as item.ItemEvent),
};
