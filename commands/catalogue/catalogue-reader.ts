import { type ItemState, itemStream } from "../../domain/catalogue/item.ts";
import { type SiteState, siteStream } from "../../domain/site/site.ts";
import type { StreamMemory } from "../writing/stream-memory.ts";
import { items, sites } from "./catalogue-aggregates.ts";

/** Sites and items change rarely: how long a reading of them is taken as current, in milliseconds. */
const CURRENT_MS = 5_000;

/** What placing needs of the catalogue, from its own streams: an order's price depends on no read model. */
export class CatalogueReader {
  readonly #memory: StreamMemory;

  constructor(memory: StreamMemory) {
    this.#memory = memory;
  }

  async site(siteId: string): Promise<SiteState> {
    return (await this.#memory.recent(siteStream(siteId), sites, CURRENT_MS)).state;
  }

  async item(sku: string): Promise<ItemState> {
    return (await this.#memory.recent(itemStream(sku), items, CURRENT_MS)).state;
  }
}
