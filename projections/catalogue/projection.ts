import { evolve as evolveItem, type Item, type ItemEvent } from "../../domain/catalogue/item.ts";
import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import { evolve as evolveSite, type Site, type SiteEvent } from "../../domain/site/site.ts";
import type { Projection } from "../runner/projection.ts";
import { loadItems, loadSites, saveItems, saveSites, type Versioned } from "./rows.ts";
import { createTables, TABLES } from "./tables.ts";

/** Sites with their menus, and items. */
export const catalogueProjection: Projection = {
  name: "catalogue",
  version: 1,
  tables: TABLES,
  create: createTables,
  handles: (type) => type.startsWith("site.") || type.startsWith("item."),
  sources: async ({ key }) => [
    ...(key.site_id === undefined ? [] : [`site-${key.site_id}`]),
    ...(key.sku === undefined ? [] : [`item-${key.sku}`]),
  ],
  async handle(batch, { tx, schema }) {
    const siteIds = idsOf(batch, "site-");
    if (siteIds.length > 0) {
      const known = await loadSites(tx, schema, siteIds);
      // Only the project writes these streams; the shapes are those of the contract.
      const fold = (state: Site | undefined, event: RecordedEvent) =>
        evolveSite(state, { type: event.type, data: event.data } as SiteEvent);
      await saveSites(tx, schema, foldAll(known, batch, "site-", fold));
    }
    const skus = idsOf(batch, "item-");
    if (skus.length > 0) {
      const known = await loadItems(tx, schema, skus);
      const fold = (state: Item | undefined, event: RecordedEvent) =>
        evolveItem(state, { type: event.type, data: event.data } as ItemEvent);
      await saveItems(tx, schema, foldAll(known, batch, "item-", fold));
    }
  },
};

const idOf = (event: RecordedEvent, prefix: string): string | undefined =>
  event.stream.startsWith(prefix) ? event.stream.slice(prefix.length) : undefined;

const idsOf = (batch: readonly RecordedEvent[], prefix: string): string[] => [
  ...new Set(batch.flatMap((event) => idOf(event, prefix) ?? [])),
];

/** Folds the events of one kind of stream; answers with what has changed. */
function foldAll<State>(
  known: ReadonlyMap<string, Versioned<State>>,
  batch: readonly RecordedEvent[],
  prefix: string,
  fold: (state: State | undefined, event: RecordedEvent) => State | undefined,
): Versioned<State>[] {
  const changed = new Map<string, Versioned<State>>();
  for (const event of batch) {
    const id = idOf(event, prefix);
    if (id === undefined) continue;
    const before = changed.get(id) ?? known.get(id);
    if (before && event.revision <= before.revision) continue;
    const state = fold(before?.state, event);
    if (state !== undefined) changed.set(id, { state, revision: event.revision, version: event.position.commit });
  }
  return [...changed.values()];
}
