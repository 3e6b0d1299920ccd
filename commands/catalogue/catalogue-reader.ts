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
    const stream = siteStream(siteId);
    const { state } = await this.#memory.recent(stream, sites, CURRENT_MS);
    return state ?? (await this.#memory.refresh(stream, sites)).state;
  }

  async item(sku: string): Promise<ItemState> {
    const stream = itemStream(sku);
    const { state } = await this.#memory.recent(stream, items, CURRENT_MS);
    return state ?? (await this.#memory.refresh(stream, items)).state;
  }
}
