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

/** Sites that are not closed for good, by id, after an id, at most `limit`; of one city if it is given. */
export async function listSites(
  db: Pool,
  schema: string,
  query: { readonly city?: string | undefined; readonly after: string; readonly limit: number },
): Promise<SiteSummary[]> {
  const { rows } = await db.query<{ site_id: string; status: Site["status"]; details: Omit<SiteSummary, "siteId"> }>(
    `SELECT site_id, status, details FROM ${schema}.sites
     WHERE site_id > $1 AND status <> 'closed' AND ($2::text IS NULL OR city = $2) ORDER BY site_id LIMIT $3`,
    [query.after, query.city ?? null, query.limit],
  );
  return rows.map(({ site_id: siteId, status, details }) => ({ ...details, siteId, status }));
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
