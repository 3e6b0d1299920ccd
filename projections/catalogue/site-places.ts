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

/** Which of these SKUs are on the menus of these sites, as `<site>/<sku>`. */
export async function soldAt(
  db: Pool,
  schema: string,
  siteIds: readonly string[],
  skus: readonly string[],
): Promise<Set<string>> {
  if (siteIds.length === 0 || skus.length === 0) return new Set();
  const { rows } = await db.query<{ sold: string }>(
    `SELECT DISTINCT s.site_id || '/' || menu.sku AS sold
     FROM ${schema}.sites s, json_array_elements_text(s.menu) AS menu (sku)
     WHERE s.site_id = ANY($1::text[]) AND menu.sku = ANY($2::text[])`,
    [siteIds, skus],
  );
  return new Set(rows.map(({ sold }) => sold));
}
