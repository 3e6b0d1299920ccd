import type { PoolClient, QueryResultRow } from "pg";
import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import { isFinal, statusOf } from "../../domain/order/state.ts";
import { type Column, relation, type Statement } from "../relation.ts";
import type { OrderRow, TicketChange } from "./fold.ts";
import { packOrder, unpackOrder } from "./order-state.ts";

const column = <Row>(rows: readonly Row[], name: string, type: string, of: (row: Row) => string | null): Column => ({
  name,
  type,
  values: rows.map(of),
});

/** An order's row as the database gives it back. */
export interface StoredOrder {
  readonly order_id: string;
  readonly customer_id: string;
  readonly placed_by: string;
  readonly placed_at: Date;
  readonly version: string;
  readonly revision: string;
  readonly state: unknown;
}

/** Columns that `orderRowOf` needs. */
export const ORDER_COLUMNS = "order_id, customer_id, placed_by, placed_at, version, revision, state";

/** An order's row as the domain knows it. */
export function orderRowOf(row: StoredOrder): OrderRow {
  const keys = {
    orderId: row.order_id,
    customerId: row.customer_id,
    placedBy: row.placed_by,
    placedAt: row.placed_at.toISOString(),
  };
  return { order: unpackOrder(keys, row.state), version: BigInt(row.version), revision: BigInt(row.revision) };
}

/** The rows of these orders, by id. */
export async function loadOrders(
  tx: PoolClient,
  schema: string,
  orderIds: readonly string[],
): Promise<Map<string, OrderRow>> {
  const { rows } = await tx.query<StoredOrder>(
    `SELECT ${ORDER_COLUMNS} FROM ${schema}.orders WHERE order_id = ANY($1::uuid[])`,
    [orderIds],
  );
  return new Map(rows.map((row) => [row.order_id, orderRowOf(row)]));
}

/** Writes orders as they are now. */
export function savingOrders(schema: string, rows: readonly OrderRow[]): Statement | undefined {
  if (rows.length === 0) return undefined;
  const { from, parameters: values } = relation([
    column(rows, "order_id", "uuid", ({ order }) => order.orderId),
    column(rows, "customer_id", "uuid", ({ order }) => order.customerId),
    column(rows, "placed_by", "text", ({ order }) => order.placedBy),
    column(rows, "placed_at", "timestamptz", ({ order }) => order.placedAt),
    column(rows, "status", "text", ({ order }) => statusOf(order)),
    column(rows, "ended_as", "text", ({ order }) => (isFinal(order) ? statusOf(order) : null)),
    column(rows, "version", "bigint", ({ version }) => version.toString()),
    column(rows, "revision", "bigint", ({ revision }) => revision.toString()),
    column(rows, "state", "json", ({ order }) => packOrder(order)),
  ]);
  const text = `INSERT INTO ${schema}.orders AS o
       (order_id, customer_id, placed_by, placed_at, status, ended_as, version, revision, state)
     SELECT * FROM ${from}
     ON CONFLICT (order_id) DO UPDATE SET status = excluded.status, ended_as = excluded.ended_as, version = excluded.version,
       revision = excluded.revision, state = excluded.state
     WHERE o.revision < excluded.revision`;
  return { text, values };
}

/** Adds events to their orders' timelines. */
export function addingToTimeline(
  schema: string,
  rows: readonly { readonly orderId: string; readonly event: RecordedEvent }[],
): Statement | undefined {
  if (rows.length === 0) return undefined;
  const { from, parameters: values } = relation([
    column(rows, "order_id", "uuid", ({ orderId }) => orderId),
    column(rows, "revision", "bigint", ({ event }) => event.revision.toString()),
    column(rows, "event_id", "uuid", ({ event }) => event.id),
    column(rows, "type", "text", ({ event }) => event.type),
    column(rows, "at", "timestamptz", ({ event }) => event.metadata.at),
    column(rows, "actor", "json", ({ event }) => JSON.stringify(event.metadata.actor)),
    column(rows, "cmd", "text", ({ event }) => event.metadata.cmd),
    column(rows, "correlation", "text", ({ event }) => event.metadata.$correlationId),
    column(rows, "causation", "text", ({ event }) => event.metadata.$causationId),
    column(rows, "data", "json", ({ event }) => JSON.stringify(event.data)),
    column(rows, "hash", "text", ({ event }) => event.metadata.hash),
    column(rows, "position", "bigint", ({ event }) => event.position.commit.toString()),
  ]);
  const text = `INSERT INTO ${schema}.timeline
       (order_id, revision, event_id, type, at, actor, cmd, correlation, causation, data, hash, position)
     SELECT * FROM ${from} ON CONFLICT DO NOTHING`;
  return { text, values };
}

/** Writes tickets as they are now; returns rows for `receivedTimes`. */
export function savingTickets(schema: string, rows: readonly TicketChange[]): Statement | undefined {
  if (rows.length === 0) return undefined;
  const { from, parameters: values } = relation([
    column(rows, "order_id", "uuid", ({ orderId }) => orderId),
    column(rows, "fulfilment_id", "text", ({ fulfilmentId }) => fulfilmentId),
    column(rows, "site_id", "text", ({ siteId }) => siteId),
    column(rows, "placed_at", "timestamptz", ({ placedAt }) => placedAt),
    column(rows, "status", "text", ({ status }) => status ?? null),
    column(rows, "received_at", "timestamptz", ({ receivedAt }) => receivedAt ?? null),
    column(rows, "changed_at", "timestamptz", ({ changedAt }) => changedAt),
    column(rows, "shown_until", "timestamptz", ({ shownUntil }) => shownUntil ?? null),
    column(rows, "version", "bigint", ({ version }) => version.toString()),
  ]);
  const text = `INSERT INTO ${schema}.tickets AS t
       (order_id, fulfilment_id, site_id, placed_at, status, received_at, changed_at, shown_until, version)
     SELECT * FROM ${from}
     ON CONFLICT (order_id, fulfilment_id) DO UPDATE SET status = excluded.status,
       received_at = coalesce(t.received_at, excluded.received_at), changed_at = excluded.changed_at,
       shown_until = excluded.shown_until, version = excluded.version
     RETURNING order_id, fulfilment_id, received_at`;
  return { text, values };
}

/** When tickets were received, by `<orderId>/<fulfilmentId>`, from what `savingTickets` returned. */
export function receivedTimes(rows: readonly QueryResultRow[]): Map<string, string> {
  return new Map(
    rows.flatMap(({ order_id: orderId, fulfilment_id: fulfilmentId, received_at: at }) =>
      at instanceof Date ? [[`${orderId}/${fulfilmentId}`, at.toISOString()] as const] : [],
    ),
  );
}

/** Versions of these kitchens' topics. */
export async function loadKitchenHeads(
  tx: PoolClient,
  schema: string,
  siteIds: readonly string[],
): Promise<Map<string, bigint>> {
  const { rows } = await tx.query<{ site_id: string; version: string }>(
    `SELECT site_id, version FROM ${schema}.kitchen_heads WHERE site_id = ANY($1::text[])`,
    [siteIds],
  );
  return new Map(rows.map((row) => [row.site_id, BigInt(row.version)]));
}

/** Moves the versions of kitchens' topics forward. */
export function savingKitchenHeads(schema: string, heads: ReadonlyMap<string, bigint>): Statement | undefined {
  if (heads.size === 0) return undefined;
  const rows = [...heads];
  const { from, parameters: values } = relation([
    column(rows, "site_id", "text", ([siteId]) => siteId),
    column(rows, "version", "bigint", ([, version]) => version.toString()),
  ]);
  const text = `INSERT INTO ${schema}.kitchen_heads AS head (site_id, version) SELECT * FROM ${from}
     ON CONFLICT (site_id) DO UPDATE SET version = greatest(head.version, excluded.version)`;
  return { text, values };
}
