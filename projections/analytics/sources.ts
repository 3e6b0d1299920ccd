import { orderStream } from "../../domain/order/events.ts";
import { sourcesOfOrder } from "../order-state/order-events.ts";
import type { RowSources } from "../runner/projection.ts";
import { CITY_PLACES } from "./measures.ts";

/**
 * The streams behind a row: the order's own; for sums of a place and an hour those of all orders that were placed there
 * then, oldest first.
 */
export async function analyticsSources({ tx, schema, table, key, limit }: RowSources): Promise<readonly string[]> {
  if (table === "facts") return sourcesOfOrder({ key });
  const { place, hour } = key;
  if (place === undefined || hour === undefined) return [];
  const [prefix] = CITY_PLACES;
  const city = place.startsWith(prefix);
  const { rows } = await tx.query<{ order_id: string }>(
    `SELECT order_id FROM ${schema}.facts
     WHERE placed_at >= $1::timestamptz AND placed_at < $1::timestamptz + interval '1 hour'
       AND ${city ? "city = $2" : "$2 = ANY(sites)"}
     ORDER BY placed_at, order_id LIMIT $3`,
    [hour, city ? place.slice(prefix.length) : place, limit],
  );
  return rows.map(({ order_id }) => orderStream(order_id));
}
