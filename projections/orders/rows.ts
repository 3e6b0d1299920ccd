import type { Pool, PoolClient } from "pg";
import { dueAt } from "../../domain/order/due.ts";
import { isFinal, standingFailure, statusOf } from "../../domain/order/state.ts";
import type { Amendment } from "../order-state/amendments.ts";
import { packOrder, unpackOrder } from "../order-state/packed-order.ts";
import type { Placing } from "../order-state/placing.ts";
import { column, relation, type Statement } from "../relation.ts";
import type { LaterSite, OrderRow } from "./fold.ts";
import { packMilestones, unpackMilestones } from "./milestones.ts";

/** An order's row as the database gives it back. */
export interface StoredOrder {
  readonly order_id: string;
  readonly customer_id: string;
  readonly placed_by: string;
  readonly placed_at: Date;
  readonly rejection: string | null;
  readonly version: string;
  readonly revision: string;
  readonly state: unknown;
  readonly milestones: unknown;
  readonly amendments: unknown;
}

/** Columns that `orderRowOf` needs, of the table by the alias `o`. */
const ORDER_COLUMNS =
  "o.order_id, o.customer_id, o.placed_by, o.placed_at, o.rejection, o.version, o.revision, o.state, o.milestones, o.amendments";

/** An order's row as the domain knows it. */
function orderRowOf(row: StoredOrder): OrderRow {
  const keys = {
    orderId: row.order_id,
    customerId: row.customer_id,
    placedBy: row.placed_by,
    placedAt: row.placed_at.toISOString(),
  };
  const order = unpackOrder(keys, row.state);
  return {
    order,
    milestones: unpackMilestones(order, row.milestones),
    amendments: (row.amendments ?? []) as readonly Amendment[], // written by savingOrders
    rejection: row.rejection ?? undefined,
    version: BigInt(row.version),
    revision: BigInt(row.revision),
  };
}

/** A placing's row as the database gives it back. */
export interface StoredPlacing {
  readonly event_id: string;
  readonly data: unknown;
}

/** Columns that `placingRowOf` needs, of the table by the alias `p`. */
const PLACING_COLUMNS = "p.event_id, p.data";

const placingRowOf = ({ event_id: eventId, data }: StoredPlacing): Placing => ({
  eventId,
  data: data as Placing["data"], // stored in the contract's shape
});

/** An order with what it was placed with. */
export interface FoundOrder extends OrderRow {
  readonly placing: Placing;
}

/** An order's row with its placing's, as the database gives them back. */
export interface StoredFound extends StoredOrder, StoredPlacing {}

/** Columns that `foundOrderOf` needs, of the tables by the aliases `o` and `p`. */
export const FOUND_COLUMNS = `${ORDER_COLUMNS}, ${PLACING_COLUMNS}`;

export const foundOrderOf = (row: StoredFound): FoundOrder => ({ ...orderRowOf(row), placing: placingRowOf(row) });

/** The rows of these orders, by id. */
export async function loadOrders(
  tx: PoolClient,
  schema: string,
  orderIds: readonly string[],
): Promise<Map<string, OrderRow>> {
  const { rows } = await tx.query<StoredOrder>(
    `SELECT ${ORDER_COLUMNS} FROM ${schema}.orders o WHERE o.order_id = ANY($1::uuid[])`,
    [orderIds],
  );
  return new Map(rows.map((row) => [row.order_id, orderRowOf(row)]));
}

/** The rows of these orders with their placings, by id. */
export async function loadWithPlacings(
  db: Pool | PoolClient,
  schema: string,
  orderIds: readonly string[],
): Promise<Map<string, FoundOrder>> {
  const { rows } = await db.query<StoredFound>(
    `SELECT ${FOUND_COLUMNS}
     FROM ${schema}.orders o JOIN ${schema}.placings p USING (order_id) WHERE o.order_id = ANY($1::uuid[])`,
    [orderIds],
  );
  return new Map(rows.map((row) => [row.order_id, foundOrderOf(row)]));
}

/** Writes orders as they are now. */
export function savingOrders(schema: string, rows: readonly OrderRow[]): Statement | undefined {
  if (rows.length === 0) return undefined;
  const { from, parameters: values } = relation([
    column(rows, "order_id", "uuid", ({ order }) => order.orderId),
    column(rows, "customer_id", "uuid", ({ order }) => order.customerId),
    column(rows, "placed_by", "text", ({ order }) => order.placedBy),
    column(rows, "placed_at", "timestamptz", ({ order }) => order.placedAt),
    column(rows, "due_at", "timestamptz", ({ order }) => new Date(dueAt(order)).toISOString()),
    column(rows, "channel", "text", ({ order }) => order.channel),
    column(rows, "method", "text", ({ order }) => order.delivery.method),
    column(rows, "total", "bigint", ({ order }) => order.total.amount.toString()),
    column(rows, "currency", "text", ({ order }) => order.total.currency),
    column(rows, "status", "text", ({ order }) => statusOf(order)),
    column(rows, "ended_as", "text", ({ order }) => (isFinal(order) ? statusOf(order) : null)),
    column(rows, "delivered_at", "timestamptz", ({ milestones }) => deliveredAt(milestones) ?? null),
    column(rows, "failure", "text", ({ order }) => standingFailure(order) ?? null),
    column(rows, "rejection", "text", ({ rejection }) => rejection ?? null),
    column(rows, "version", "bigint", ({ version }) => version.toString()),
    column(rows, "revision", "bigint", ({ revision }) => revision.toString()),
    column(rows, "state", "json", ({ order }) => packOrder(order)),
    column(rows, "milestones", "json", ({ order, milestones }) => packMilestones(order, milestones)),
    column(rows, "amendments", "json", ({ amendments }) => (amendments.length > 0 ? JSON.stringify(amendments) : null)),
  ]);
  const text = `INSERT INTO ${schema}.orders AS o
       (order_id, customer_id, placed_by, placed_at, due_at, channel, method, total, currency, status, ended_as,
        delivered_at, failure, rejection, version, revision, state, milestones, amendments)
     SELECT * FROM ${from}
     ON CONFLICT (order_id) DO UPDATE SET status = excluded.status, ended_as = excluded.ended_as,
       delivered_at = excluded.delivered_at, failure = excluded.failure, rejection = excluded.rejection, version = excluded.version,
       revision = excluded.revision, state = excluded.state, milestones = excluded.milestones,
       amendments = excluded.amendments
     WHERE o.revision < excluded.revision`;
  return { text, values };
}

/** When an order arrived, of its steps: the first time that somebody said so. */
const deliveredAt = (milestones: OrderRow["milestones"]): string | undefined =>
  milestones.find(({ type }) => type === "order.delivered")?.at;

/** Keeps what orders were placed with, and at which sites. */
export function addingPlacings(
  schema: string,
  folded: { readonly orders: ReadonlyMap<string, OrderRow>; readonly placings: ReadonlyMap<string, Placing> },
): Statement | undefined {
  const rows = [...folded.placings].flatMap(([orderId, placing]) => {
    const placedAt = folded.orders.get(orderId)?.order.placedAt;
    return placedAt === undefined ? [] : [{ orderId, placing, placedAt }];
  });
  if (rows.length === 0) return undefined;
  const { from, parameters: values } = relation([
    column(rows, "order_id", "uuid", ({ orderId }) => orderId),
    column(rows, "event_id", "uuid", ({ placing }) => placing.eventId),
    column(rows, "data", "json", ({ placing }) => JSON.stringify(placing.data)),
    column(rows, "sites", "json", ({ placing }) => JSON.stringify(sitesOf(placing))),
    column(rows, "placed_at", "timestamptz", ({ placedAt }) => placedAt),
  ]);
  const text = `WITH given AS (SELECT * FROM ${from}),
     at_sites AS (
       INSERT INTO ${schema}.order_sites (order_id, site_id, city, placed_at)
       SELECT given.order_id, site.key, site.value, given.placed_at FROM given, json_each_text(given.sites) AS site
       ON CONFLICT DO NOTHING
     )
     INSERT INTO ${schema}.placings (order_id, event_id, data)
     SELECT order_id, event_id, data FROM given ON CONFLICT DO NOTHING`;
  return { text, values };
}

/** Keeps which sites have come to make orders later. */
export function addingSites(schema: string, rows: readonly LaterSite[]): Statement | undefined {
  if (rows.length === 0) return undefined;
  const { from, parameters: values } = relation([
    column(rows, "order_id", "uuid", ({ orderId }) => orderId),
    column(rows, "site_id", "text", ({ siteId }) => siteId),
    column(rows, "city", "text", ({ city }) => city),
    column(rows, "placed_at", "timestamptz", ({ placedAt }) => placedAt),
  ]);
  const text = `INSERT INTO ${schema}.order_sites (order_id, site_id, city, placed_at)
     SELECT * FROM ${from} ON CONFLICT DO NOTHING`;
  return { text, values };
}

/** Cities of an order's sites by site. */
const sitesOf = ({ data }: Placing): Record<string, string> =>
  Object.fromEntries(data.fulfilments.map(({ siteId, city }) => [siteId, city]));
