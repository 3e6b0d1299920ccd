import type { Pool } from "pg";
import { orderStream } from "../../domain/order/events.ts";
import { FOUND_COLUMNS, type FoundOrder, foundOrderOf, type StoredFound } from "./rows.ts";

/** What the read model has of an order. `parked`: its stream was set aside, so what is there may be old. */
export interface OrderLookup {
  readonly found: FoundOrder | undefined;
  readonly parked: boolean;
}

/** Looks an order up, in one statement. */
export async function findOrder(db: Pool, schema: string, orderId: string): Promise<OrderLookup> {
  const { rows } = await db.query<StoredFound & { parked: boolean }>(
    `SELECT ${FOUND_COLUMNS},
       EXISTS (SELECT FROM runner.dead_letters WHERE consumer = $2 AND stream = $3 AND kind = 'event' AND state = 'parked') AS parked
     FROM (SELECT $1::uuid AS order_id) asked
     LEFT JOIN ${schema}.orders o USING (order_id)
     LEFT JOIN ${schema}.placings p USING (order_id)`,
    [orderId, schema, orderStream(orderId)],
  );
  const row = rows[0];
  if (!row?.state || !row.data) return { found: undefined, parked: row?.parked ?? false };
  return { found: foundOrderOf(row), parked: row.parked };
}

/** Newest versions of these orders' topics. */
export async function orderVersions(
  db: Pool,
  schema: string,
  orderIds: readonly string[],
): Promise<Map<string, string>> {
  const { rows } = await db.query<{ order_id: string; version: string }>(
    `SELECT order_id, version FROM ${schema}.orders WHERE order_id = ANY($1::uuid[])`,
    [orderIds],
  );
  return new Map(rows.map((row) => [row.order_id, row.version]));
}
