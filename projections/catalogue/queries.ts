import type { Pool } from "pg";
import type { Item } from "../../domain/catalogue/item.ts";
import type { Site } from "../../domain/site/site.ts";
import type { SiteSummary } from "../views.ts";
import { loadItems, loadSites } from "./rows.ts";

/** A site with its menu and the revision of its stream. */
export async function findSite(
  db: Pool,
  schema: string,
  siteId: string,
): Promise<{ readonly site: Site; readonly revision: bigint } | undefined> {
  const found = (await loadSites(db, schema, [siteId])).get(siteId);
  return found && { site: found.state, revision: found.revision };
}

/** Items that are still sold, by SKU. */
export async function findItems(db: Pool, schema: string, skus: readonly string[]): Promise<Map<string, Item>> {
  const items = await loadItems(db, schema, skus);
  return new Map([...items].flatMap(([sku, { state }]) => (state.withdrawn ? [] : [[sku, state] as const])));
}

/** What sites are looked for by; everything given has to hold. */
export interface SiteQuery {
  readonly city?: string | undefined;
  readonly kind?: Site["kind"] | undefined;
  /** A part of the name, the id or the city. */
  readonly text?: string | undefined;
  /** Those that are closed for good too. */
  readonly closed?: boolean | undefined;
  readonly after: string;
  readonly limit: number;
}

/** Sites by id, after an id, at most `limit`; those that are closed for good only where they are asked for. */
export async function listSites(db: Pool, schema: string, query: SiteQuery): Promise<SiteSummary[]> {
  const { rows } = await db.query<{ site_id: string; status: Site["status"]; details: Omit<SiteSummary, "siteId"> }>(
    `SELECT site_id, status, details FROM ${schema}.sites
     WHERE site_id > $1 AND ($6 OR status <> 'closed') AND ($2::text IS NULL OR city = $2)
       AND ($4::text IS NULL OR details ->> 'kind' = $4)
       AND ($5::text IS NULL OR site_id ILIKE $5 OR city ILIKE $5 OR details ->> 'name' ILIKE $5)
     ORDER BY site_id LIMIT $3`,
    [query.after, query.city ?? null, query.limit, query.kind ?? null, partOf(query.text), query.closed ?? false],
  );
  return rows.map(({ site_id: siteId, status, details }) => ({ ...details, siteId, status }));
}

/** Items by SKU, after a SKU, at most `limit`; `text` is a part of the name or the SKU. */
export async function listItems(
  db: Pool,
  schema: string,
  query: {
    readonly text?: string | undefined;
    readonly withdrawn?: boolean | undefined;
    readonly after: string;
    readonly limit: number;
  },
): Promise<Item[]> {
  const { rows } = await db.query<{ sku: string; withdrawn: boolean; details: Omit<Item, "sku" | "withdrawn"> }>(
    `SELECT sku, withdrawn, details FROM ${schema}.items
     WHERE sku > $1 AND ($2 OR NOT withdrawn) AND ($3::text IS NULL OR sku ILIKE $3 OR details ->> 'name' ILIKE $3)
     ORDER BY sku LIMIT $4`,
    [query.after, query.withdrawn ?? false, partOf(query.text), query.limit],
  );
  return rows.map(({ sku, withdrawn, details }) => ({ sku, ...details, withdrawn }));
}

/** A pattern for LIKE that finds a text anywhere; null where nothing is looked for. */
const partOf = (text: string | undefined): string | null =>
  text === undefined ? null : `%${text.replace(/[\\%_]/g, "\\$&")}%`;

/** An item, withdrawn or not, with the revision of its stream. */
export async function findItem(
  db: Pool,
  schema: string,
  sku: string,
): Promise<{ readonly item: Item; readonly revision: bigint } | undefined> {
  const found = (await loadItems(db, schema, [sku])).get(sku);
  return found && { item: found.state, revision: found.revision };
}

/** Sites with their menus, by id, after an id, at most `limit`; closed ones are left out. */
export async function listWholeSites(db: Pool, schema: string, after: string, limit: number): Promise<Site[]> {
  const { rows } = await db.query<{ site_id: string }>(
    `SELECT site_id FROM ${schema}.sites WHERE site_id > $1 AND status <> 'closed' ORDER BY site_id LIMIT $2`,
    [after, limit],
  );
  const ids = rows.map((row) => row.site_id);
  const sites = await loadSites(db, schema, ids);
  return ids.flatMap((id) => sites.get(id)?.state ?? []);
}

/** A platform has tens of cities; more than this are not listed. */
const MOST_CITIES = 1_000;

/** Cities with a site that is not closed for good, by name. */
export async function listCities(db: Pool, schema: string): Promise<string[]> {
  const { rows } = await db.query<{ city: string }>(
    `SELECT DISTINCT city FROM ${schema}.sites WHERE status <> 'closed' ORDER BY city LIMIT $1`,
    [MOST_CITIES],
  );
  return rows.map(({ city }) => city);
}
