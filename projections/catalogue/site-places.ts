import type { Pool } from "pg";
import type { SiteSummary } from "../views.ts";

/** A site without its menu, and the position of the event that changed it last. */
export interface SitePlace {
  readonly site: SiteSummary;
  readonly version: bigint;
}

/** Sites that have changed after a position (0 for all), in any order; those that are closed for good too. */
export async function sitesChangedAfter(db: Pool, schema: string, version: bigint): Promise<SitePlace[]> {
  const { rows } = await db.query<{
    site_id: string;
    status: SiteSummary["status"];
    details: Omit<SiteSummary, "siteId" | "status">;
    version: string;
  }>(`SELECT site_id, status, details, version FROM ${schema}.sites WHERE version > $1`, [version.toString()]);
  return rows.map((row) => ({
    site: { ...row.details, siteId: row.site_id, status: row.status },
    version: BigInt(row.version),
  }));
}

/** The menus of these sites, by site, each with the version of the site that it is of. */
export async function loadMenus(
  db: Pool,
  schema: string,
  siteIds: readonly string[],
): Promise<Map<string, { readonly skus: readonly string[]; readonly version: bigint }>> {
  if (siteIds.length === 0) return new Map();
  const { rows } = await db.query<{ site_id: string; menu: readonly string[]; version: string }>(
    `SELECT site_id, menu, version FROM ${schema}.sites WHERE site_id = ANY($1::text[])`,
    [siteIds],
  );
  return new Map(rows.map(({ site_id, menu, version }) => [site_id, { skus: menu, version: BigInt(version) }]));
}
