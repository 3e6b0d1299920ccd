import { ledgerStream } from "../../domain/inventory/events.ts";
import type { RowSources } from "../runner/projection.ts";

/**
 * The streams behind a row: the chapters of the site's ledger up to the current one, the newest `limit` of them, in
 * their order. A chapter begins with what the one before has handed over, so the newest are enough for stock.
 */
export async function availabilitySources({ tx, schema, key, limit }: RowSources): Promise<readonly string[]> {
  const { site_id: siteId } = key;
  if (siteId === undefined) return [];
  const { rows } = await tx.query<{ chapter: number }>(`SELECT chapter FROM ${schema}.ledgers WHERE site_id = $1`, [
    siteId,
  ]);
  const current = rows[0]?.chapter;
  if (current === undefined) return [];
  const first = Math.max(0, current + 1 - limit);
  return Array.from({ length: current + 1 - first }, (_, n) => ledgerStream(siteId, first + n));
}
