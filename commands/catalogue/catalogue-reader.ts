import { LRUCache } from "lru-cache";
import { type ItemState, itemStream } from "../../domain/catalogue/item.ts";
import { type SiteState, siteStream } from "../../domain/site/site.ts";
import type { StreamMemory } from "../writing/stream-memory.ts";
import { items, sites } from "./catalogue-aggregates.ts";

/** Sites and items change rarely: how long a reading of them is taken as current, in milliseconds. */
const CURRENT_MS = 5_000;
const REMEMBERED = 20_000;

/** What placing needs of the catalogue, from its own streams: an order's price depends on no read model. */
export class CatalogueReader {
  readonly #memory: StreamMemory;
  readonly #sites = new LRUCache<string, { readonly state: SiteState }>({ max: REMEMBERED, ttl: CURRENT_MS });
  readonly #items = new LRUCache<string, { readonly state: ItemState }>({ max: REMEMBERED, ttl: CURRENT_MS });

  constructor(memory: StreamMemory) {
    this.#memory = memory;
  }

  async site(siteId: string): Promise<SiteState> {
    const known = this.#sites.get(siteId);
    if (known) return known.state;
    const { state } = await this.#memory.refresh(siteStream(siteId), sites);
    if (state) this.#sites.set(siteId, { state });
    return state;
  }

  async item(sku: string): Promise<ItemState> {
    const known = this.#items.get(sku);
    if (known) return known.state;
    const { state } = await this.#memory.refresh(itemStream(sku), items);
    if (state) this.#items.set(sku, { state });
    return state;
  }
}
