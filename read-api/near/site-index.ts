import { around } from "geokdbush";
import KDBush from "kdbush";
import type { Pool } from "pg";
import { type SitePlace, sitesChangedAfter } from "../../projections/catalogue/site-places.ts";
import { degrees, type Position } from "./travel-times.ts";

/** How old the index may be before the catalogue is asked for changes. */
const CURRENT_MS = 1_000;

/**
 * Every site by where it is, kept in memory: 10,000 sites are a few megabytes. Brought up to date from the catalogue by
 * what has changed since; a new generation is read whole.
 */
export class SiteIndex {
  readonly #pool: Pool;
  #known: Known | undefined;
  #asking: { readonly schema: string; readonly answer: Promise<Known> } | undefined;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /**
   * Sites near a position, nearest first, at most `most`; without those that are closed for good.
   *
   * @param schema of the catalogue's live generation
   * @param fresh asks the catalogue now, for somebody who waits for a change of their own
   */
  async near(schema: string, position: Position, most: number, fresh = false): Promise<SitePlace[]> {
    const { sites, tree } = await this.#current(schema, fresh);
    if (!tree) return [];
    return around(tree, degrees(position.lon), degrees(position.lat), most).flatMap((index) => sites[index] ?? []);
  }

  async #current(schema: string, fresh: boolean): Promise<Known> {
    const known = this.#known;
    if (!fresh && known?.schema === schema && performance.now() - known.at < CURRENT_MS) return known;
    // Who asks now must not be answered by a look that began earlier.
    const running = fresh ? undefined : this.#asking;
    if (running?.schema === schema) return await running.answer;
    const answer = this.#refresh(schema);
    const asking = { schema, answer };
    this.#asking = asking;
    try {
      return await answer;
    } finally {
      if (this.#asking === asking) this.#asking = undefined;
    }
  }

  async #refresh(schema: string): Promise<Known> {
    const before = this.#known?.schema === schema ? this.#known : undefined;
    const at = performance.now();
    const changes = await sitesChangedAfter(this.#pool, schema, before?.version ?? 0n);
    const next = before && changes.length === 0 ? { ...before, at } : indexed(schema, at, before, changes);
    // A look that began earlier and came back later knows less.
    if (this.#known?.schema !== schema || this.#known.version <= next.version) this.#known = next;
    return next;
  }
}

interface Known {
  readonly schema: string;
  /** When the catalogue was asked, on this process' own clock. */
  readonly at: number;
  /** Of the newest change that is in it. */
  readonly version: bigint;
  readonly byId: ReadonlyMap<string, SitePlace>;
  /** In the places of the tree's items. */
  readonly sites: readonly SitePlace[];
  readonly tree: KDBush | undefined;
}

function indexed(schema: string, at: number, before: Known | undefined, changes: readonly SitePlace[]): Known {
  const byId = new Map(before?.byId);
  let version = before?.version ?? 0n;
  for (const place of changes) {
    const { siteId, status } = place.site;
    if (status === "closed") byId.delete(siteId);
    else byId.set(siteId, place);
    if (place.version > version) version = place.version;
  }
  const sites = [...byId.values()];
  if (sites.length === 0) return { schema, at, version, byId, sites, tree: undefined };
  const tree = new KDBush(sites.length);
  for (const { site } of sites) tree.add(degrees(site.position.lon), degrees(site.position.lat));
  return { schema, at, version, byId, sites, tree: tree.finish() };
}
