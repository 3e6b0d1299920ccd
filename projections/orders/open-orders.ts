import type { Pool } from "pg";
import type { LiveSchemas } from "../runner/generations.ts";

/** Ids of orders that have not ended and were placed before a time (epoch milliseconds), the oldest first. */
export async function openOrders(
  pool: Pool,
  schemas: LiveSchemas,
  placedBefore: number,
  limit: number,
): Promise<readonly string[]> {
  const { schema } = await schemas.of("orders");
  const { rows } = await pool.query<{ order_id: string }>(
    `SELECT order_id FROM ${schema}.orders
     WHERE ended_as IS NULL AND placed_at < $1 ORDER BY placed_at, order_id LIMIT $2`,
    [new Date(placedBefore), limit],
  );
  return rows.map((row) => row.order_id);
}
