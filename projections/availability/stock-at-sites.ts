import type { Pool } from "pg";

/** What can be had of a SKU at a site; more than 0. */
export interface StockAtSite {
  readonly siteId: string;
  readonly sku: string;
  readonly available: number;
}

/** Where something of these SKUs can be had among these sites: both lists are short, the answer has no zeros. */
export async function stockAtSites(
  db: Pool,
  schema: string,
  siteIds: readonly string[],
  skus: readonly string[],
): Promise<StockAtSite[]> {
  if (siteIds.length === 0 || skus.length === 0) return [];
  // Every pair is looked up by the key; a site's other items are not read.
  const { rows } = await db.query<{ site_id: string; sku: string; available: string }>(
    `SELECT site_id, sku, s.on_hand - s.reserved AS available
     FROM unnest($1::text[]) AS sites (site_id) CROSS JOIN unnest($2::text[]) AS skus (sku)
     JOIN ${schema}.stock s USING (site_id, sku)
     WHERE NOT s.unavailable AND s.on_hand > s.reserved`,
    [siteIds, skus],
  );
  return rows.map(({ site_id: siteId, sku, available }) => ({ siteId, sku, available: Number(available) }));
}
