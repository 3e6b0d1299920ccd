import type { Pool } from "pg";
import { stockAtSites } from "../../projections/availability/stock-at-sites.ts";
import type { LiveSchemas } from "../../projections/runner/generations.ts";
import { Menus } from "./menus.ts";
import { NEAREST, reaching } from "./reach.ts";
import { SiteIndex } from "./site-index.ts";
import { estimatedTravelTimes, type Position, type TravelTimes } from "./travel-times.ts";

/** What is looked for: open sites of a city that have all of these. */
export interface AlternativesAsked {
  readonly city: string;
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[];
  readonly to: Position;
  /** Sites that are not wanted. */
  readonly except: readonly string[];
  /** Business time, epoch milliseconds. */
  readonly now: number;
  readonly limit: number;
}

/**
 * Sites that could make an order instead of another one, chosen as sites near a position are: the nearest by great
 * circle, those that are open and reach it, then by travel time. From read models, so a little behind: the catalogue's
 * and the ledger's own streams have the last word.
 */
export class AlternativeSites {
  readonly #pool: Pool;
  readonly #schemas: Pick<LiveSchemas, "of">;
  readonly #travel: TravelTimes;
  readonly #index: SiteIndex;
  readonly #menus: Menus;

  constructor(pool: Pool, schemas: Pick<LiveSchemas, "of">, travel: TravelTimes = estimatedTravelTimes) {
    this.#pool = pool;
    this.#schemas = schemas;
    this.#travel = travel;
    this.#index = new SiteIndex(pool);
    this.#menus = new Menus(pool);
  }

  /** Ids, the best first. Sites that close soon come last: they may be closed when they are told. */
  async withEverything({ city, lines, to, except, now, limit }: AlternativesAsked): Promise<readonly string[]> {
    const [catalogue, stock] = await Promise.all([this.#schemas.of("catalogue"), this.#schemas.of("availability")]);
    const near = await this.#index.near(catalogue.schema, to, NEAREST);
    const wanted = near.filter(({ site }) => site.city === city && !except.includes(site.siteId));
    const sites = await reaching(wanted, to, now, this.#travel);
    const asked = new Map<string, number>();
    for (const { sku, quantity } of lines) asked.set(sku, (asked.get(sku) ?? 0) + quantity);
    const [found, menus] = await Promise.all([
      stockAtSites(
        this.#pool,
        stock.schema,
        sites.map(({ site }) => site.siteId),
        [...asked.keys()],
      ),
      this.#menus.of(catalogue.schema, sites),
    ]);
    const available = new Map(found.map((one) => [`${one.siteId}/${one.sku}`, one.available]));
    const able = sites.filter(({ site: { siteId } }) =>
      [...asked].every(
        ([sku, quantity]) =>
          menus.get(siteId)?.has(sku) === true && (available.get(`${siteId}/${sku}`) ?? 0) >= quantity,
      ),
    );
    const later = (open: string) => (open === "closing_soon" ? 1 : 0);
    return able
      .toSorted((a, b) => later(a.open) - later(b.open))
      .slice(0, limit)
      .map(({ site }) => site.siteId);
  }
}
