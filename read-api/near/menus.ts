import { LRUCache } from "lru-cache";
import type { Pool } from "pg";
import { loadMenus, type SitePlace } from "../../projections/catalogue/site-places.ts";

/** SKUs of all menus that are kept, some tens of megabytes: a hundred menus of the largest sites. */
const MOST_SKUS = 500_000;

/**
 * Menus of sites that were asked about lately. A site's menu can name thousands of SKUs and hardly ever changes, while
 * every question about a position asks up to fifty of them.
 */
export class Menus {
  readonly #pool: Pool;
  /** By generation, site and the site's version. */
  readonly #menus = new LRUCache<string, ReadonlySet<string>>({
    maxSize: MOST_SKUS,
    sizeCalculation: (menu) => menu.size + 1,
  });

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** The menus of these sites, by site, at least as new as the sites that are given. */
  async of(schema: string, places: readonly SitePlace[]): Promise<Map<string, ReadonlySet<string>>> {
    const menus = new Map<string, ReadonlySet<string>>();
    const missing: string[] = [];
    for (const { site, version } of places) {
      const menu = this.#menus.get(keyOf(schema, site.siteId, version));
      if (menu) menus.set(site.siteId, menu);
      else missing.push(site.siteId);
    }
    for (const [siteId, { skus, version }] of await loadMenus(this.#pool, schema, missing)) {
      const menu = new Set(skus);
      this.#menus.set(keyOf(schema, siteId, version), menu);
      menus.set(siteId, menu);
    }
    return menus;
  }
}

const keyOf = (schema: string, siteId: string, version: bigint): string => `${schema}/${siteId}@${version}`;
