import type { Pool } from "pg";

/** How long nothing of a SKU could be had at a site within a range of time. */
export interface StockOut {
  readonly siteId: string;
  readonly sku: string;
  /** To a tenth of a minute. */
  readonly minutes: number;
  /** Times that it was out, as far as they reach into the range. */
  readonly periods: number;
  /** Still out at the end of the range. */
  readonly out: boolean;
}

/**
 * Out-of-stock minutes by site and SKU from `from` to `to` (epoch milliseconds), the longest first, at most `limit`.
 * Periods are cut to the range; one that is still open counts up to its end.
 */
export async function stockOuts(
  db: Pool,
  schema: string,
  range: { readonly from: number; readonly to: number; readonly siteId?: string | undefined },
  limit: number,
): Promise<StockOut[]> {
  const values: unknown[] = [new Date(range.from), new Date(range.to), limit];
  const site = range.siteId === undefined ? "true" : `site_id = $${values.push(range.siteId)}`;
  const { rows } = await db.query<{ site_id: string; sku: string; seconds: string; periods: string; out: boolean }>(
    `SELECT site_id, sku, periods, out, seconds FROM (
       SELECT site_id, sku, count(*) AS periods, bool_or(coalesce(ended_at > $2, true)) AS out,
         sum(greatest(extract(epoch FROM least(coalesce(ended_at, $2), $2) - greatest(began_at, $1)), 0)) AS seconds
       FROM ${schema}.outages
       WHERE ${site} AND (ended_at > $1 OR ended_at IS NULL) AND began_at < $2
       GROUP BY site_id, sku
     ) summed
     ORDER BY seconds DESC, site_id, sku LIMIT $3`,
    values,
  );
  return rows.map(({ site_id: siteId, sku, seconds, periods, out }) => ({
    siteId,
    sku,
    minutes: Math.round(Number(seconds) / 6) / 10,
    periods: Number(periods),
    out,
  }));
}
