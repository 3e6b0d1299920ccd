import type { Pool } from "pg";

/** What is in stock of a SKU at a site. `available` is what can still be promised; never negative. */
export interface StockLevel {
  readonly sku: string;
  readonly onHand: number;
  readonly reserved: number;
  /** Marked as not to be had, whatever is on hand. */
  readonly unavailable: boolean;
  readonly available: number;
}

interface StoredLevel {
  readonly sku: string;
  readonly on_hand: string;
  readonly reserved: string;
  readonly unavailable: boolean;
}

function level({ sku, on_hand, reserved, unavailable }: StoredLevel): StockLevel {
  const [onHand, held] = [Number(on_hand), Number(reserved)];
  return { sku, onHand, reserved: held, unavailable, available: unavailable ? 0 : Math.max(0, onHand - held) };
}

/** Stock of these SKUs at a site; what was never in stock there is left out. */
export async function stockOf(
  db: Pool,
  schema: string,
  siteId: string,
  skus: readonly string[],
): Promise<Map<string, StockLevel>> {
  const { rows } = await db.query<StoredLevel>(
    `SELECT sku, on_hand, reserved, unavailable FROM ${schema}.stock WHERE site_id = $1 AND sku = ANY($2::text[])`,
    [siteId, skus],
  );
  return new Map(rows.map((row) => [row.sku, level(row)]));
}

/** Stock of a site by SKU, after a SKU, at most `limit`. */
export async function stockOfSite(
  db: Pool,
  schema: string,
  siteId: string,
  after: string,
  limit: number,
): Promise<StockLevel[]> {
  const { rows } = await db.query<StoredLevel>(
    `SELECT sku, on_hand, reserved, unavailable FROM ${schema}.stock
     WHERE site_id = $1 AND sku > $2 ORDER BY sku LIMIT $3`,
    [siteId, after, limit],
  );
  return rows.map(level);
}
