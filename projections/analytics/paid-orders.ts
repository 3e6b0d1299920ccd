import type { Pool } from "pg";
import type { LiveSchemas } from "../runner/generations.ts";

/** A page of order ids, and the place to go on from; none: it was the last. */
export interface PaidOrders {
  readonly entries: readonly string[];
  readonly next: string | undefined;
}

const PAGE = 1_000;

/** Ids of orders that were placed from a time until another (epoch milliseconds) and say that they were paid. */
export async function paidOrders(
  pool: Pool,
  schemas: LiveSchemas,
  from: number,
  until: number,
  after: string | undefined,
): Promise<PaidOrders> {
  const { schema } = await schemas.of("analytics");
  const [afterTime = null, afterId = null] = after?.split(" ") ?? [];
  const { rows } = await pool.query<{ order_id: string; at: string }>(
    `SELECT order_id, to_char(placed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at
     FROM ${schema}.facts
     WHERE placed_at >= $1 AND placed_at < $2 AND paid_at IS NOT NULL
       AND ($3::timestamptz IS NULL OR (placed_at, order_id) > ($3::timestamptz, $4::uuid))
     ORDER BY placed_at, order_id LIMIT $5`,
    [new Date(from), new Date(until), afterTime, afterId, PAGE],
  );
  const last = rows.at(-1);
  return {
    entries: rows.map((row) => row.order_id),
    next: rows.length === PAGE && last ? `${last.at} ${last.order_id}` : undefined,
  };
}
