import type { Pool } from "pg";
import { orderStream } from "../../domain/order/events.ts";
import type { Order, OrderStatus } from "../../domain/order/state.ts";
import type { OrderView, TicketView } from "../views.ts";
import { loadEvents } from "./messages.ts";
import { ORDER_COLUMNS, orderRowOf, type StoredOrder } from "./rows.ts";
import { placingOf, ticketView } from "./ticket-view.ts";
import { type Happened, orderView } from "./view.ts";

/** An order with all of its events, as the read model knows it. */
export interface FoundOrder {
  readonly order: Order;
  readonly version: bigint;
  readonly revision: bigint;
  readonly events: readonly Happened[];
}

/** What the read model has of an order. `parked`: its stream was set aside, so what is there may be old. */
export interface OrderLookup {
  readonly found: FoundOrder | undefined;
  readonly parked: boolean;
}

interface AggregatedEvent {
  readonly id: string;
  readonly type: string;
  readonly at: string;
  readonly data: unknown;
}

/** Looks an order up, in one statement. */
export async function findOrder(db: Pool, schema: string, orderId: string): Promise<OrderLookup> {
  const { rows } = await db.query<StoredOrder & { events: AggregatedEvent[] | null; parked: boolean }>(
    `SELECT ${ORDER_COLUMNS},
       (SELECT json_agg(json_build_object('id', t.event_id, 'type', t.type, 'at', t.at, 'data', t.data)
                        ORDER BY t.revision)
        FROM ${schema}.timeline t WHERE t.order_id = o.order_id) AS events,
       EXISTS (SELECT FROM runner.parked WHERE consumer = $2 AND stream = $3 AND state = 'parked') AS parked
     FROM (SELECT $1::uuid AS order_id) asked LEFT JOIN ${schema}.orders o USING (order_id)`,
    [orderId, schema, orderStream(orderId)],
  );
  const row = rows[0];
  if (!row?.events) return { found: undefined, parked: row?.parked ?? false };
  const events = row.events.map(({ id, type, at, data }) => ({ id, type, at: new Date(at).toISOString(), data }));
  return { found: { ...orderRowOf(row), events }, parked: row.parked };
}

/** An event of a timeline with its envelope. */
export interface TimelineRow {
  readonly revision: string;
  readonly id: string;
  readonly type: string;
  readonly at: string;
  readonly actor: { readonly type: string; readonly id: string; readonly onBehalfOf?: string };
  readonly data: unknown;
  readonly correlationId: string;
  readonly causationId: string;
  readonly hash: string;
}

/** Events of an order after a revision (-1 for all), at most `limit`. */
export async function readTimeline(
  db: Pool,
  schema: string,
  orderId: string,
  after: bigint,
  limit: number,
): Promise<TimelineRow[]> {
  const { rows } = await db.query<
    Omit<TimelineRow, "at" | "correlationId" | "causationId"> & {
      at: Date;
      correlation: string;
      causation: string;
    }
  >(
    `SELECT revision, event_id AS id, type, at, actor, data, correlation, causation, hash
     FROM ${schema}.timeline WHERE order_id = $1 AND revision > $2 ORDER BY revision LIMIT $3`,
    [orderId, after.toString(), limit],
  );
  return rows.map(({ at, correlation, causation, ...row }) => ({
    ...row,
    at: at.toISOString(),
    correlationId: correlation,
    causationId: causation,
  }));
}

/** Which orders are listed: somebody's own, those of a site, those of a courier, or all. */
export type ListScope =
  | { readonly kind: "all" }
  | { readonly kind: "own"; readonly placedBy: string; readonly customerId?: string | undefined }
  | { readonly kind: "sites"; readonly siteIds: readonly string[] }
  | { readonly kind: "orders"; readonly orderIds: readonly string[] };

/** Place in a list, newest first: the last order that was shown. */
export interface ListPlace {
  readonly placedAt: string;
  readonly orderId: string;
}

export interface ListQuery {
  readonly scope: ListScope;
  readonly status?: OrderStatus | undefined;
  readonly after?: ListPlace | undefined;
  readonly limit: number;
}

/** Statuses that an order ends in; they have an index of their own. */
const FINAL: ReadonlySet<OrderStatus> = new Set<OrderStatus>([
  "delivered",
  "out_of_stock",
  "payment_failed",
  "restaurant_rejected",
  "cancelled",
]);

function statusCondition(status: OrderStatus | undefined, bind: (value: unknown) => string): string {
  if (status === undefined) return "true";
  return FINAL.has(status) ? `o.ended_as = ${bind(status)}` : `o.ended_as IS NULL AND o.status = ${bind(status)}`;
}

/** Orders, newest first; `more` when the page was full. Two statements: the page, and the events of its orders. */
export async function listOrders(
  db: Pool,
  schema: string,
  query: ListQuery,
): Promise<{ readonly orders: readonly OrderView[]; readonly more: boolean }> {
  const { scope, status, after, limit } = query;
  const values: unknown[] = [limit];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  const branches = branchesOf(scope, schema, bind);
  if (branches.length === 0) return { orders: [], more: false };
  const inStatus = statusCondition(status, bind);
  const [at, id] = after ? [bind(after.placedAt), bind(after.orderId)] : [];
  // Each branch walks its own index from the newest on and stops at the limit.
  const pages = branches.map(({ from, condition, by }) => {
    const place = after ? `(${by}.placed_at, ${by}.order_id) < (${at}::timestamptz, ${id}::uuid)` : "true";
    return `(SELECT o.* FROM ${from} WHERE ${condition} AND ${inStatus} AND ${place}
             ORDER BY ${by}.placed_at DESC, ${by}.order_id DESC LIMIT $1)`;
  });
  const { rows } = await db.query<StoredOrder>(
    `SELECT ${ORDER_COLUMNS} FROM (${pages.join(" UNION ALL ")}) page ORDER BY placed_at DESC, order_id DESC`,
    values,
  );
  const found = [...new Map(rows.map((row) => [row.order_id, orderRowOf(row)])).values()].slice(0, limit);
  const events = await loadEvents(
    db,
    schema,
    found.map(({ order }) => order.orderId),
  );
  return {
    orders: found.map(({ order, revision }) => orderView(order, revision, events.get(order.orderId) ?? [])),
    more: rows.length >= limit,
  };
}

/** An index to walk: `by` is the alias whose time and id it is sorted by. */
interface Branch {
  readonly from: string;
  readonly condition: string;
  readonly by: "o" | "t";
}

function branchesOf(scope: ListScope, schema: string, bind: (value: unknown) => string): Branch[] {
  const orders = (condition: string): Branch => ({ from: `${schema}.orders o`, condition, by: "o" });
  switch (scope.kind) {
    case "all":
      return [orders("true")];
    case "own": {
      const placed = orders(`o.placed_by = ${bind(scope.placedBy)}`);
      return scope.customerId === undefined ? [placed] : [placed, orders(`o.customer_id = ${bind(scope.customerId)}`)];
    }
    case "sites":
      return scope.siteIds.map((siteId) => ({
        from: `${schema}.tickets t JOIN ${schema}.orders o USING (order_id)`,
        condition: `t.site_id = ${bind(siteId)}`,
        by: "t",
      }));
    case "orders":
      return [orders(`o.order_id = ANY(${bind(scope.orderIds)}::uuid[])`)];
  }
}

/** A kitchen's display with the version of its topic; no head before the site's first ticket. */
export interface Kitchen {
  readonly head: bigint | undefined;
  readonly tickets: readonly TicketView[];
}

/** More tickets than a kitchen can have in work: a bound for what one answer may hold. */
const MOST_TICKETS = 1_000;

/** A site's tickets that are to be shown at a time (business clock), oldest first, in one statement. */
export async function readKitchen(db: Pool, schema: string, siteId: string, now: number): Promise<Kitchen> {
  const { rows } = await db.query<
    StoredOrder & {
      head: string | null;
      fulfilment_id: string;
      received_at: Date;
      changed_at: Date;
      event_id: string;
      at: Date;
      data: unknown;
    }
  >(
    `SELECT h.version AS head, shown.*
     FROM (SELECT $1::text AS site_id) asked
     LEFT JOIN ${schema}.kitchen_heads h USING (site_id)
     LEFT JOIN LATERAL (
       SELECT o.*, t.fulfilment_id, t.received_at, t.changed_at, p.event_id, p.at, p.data
       FROM ${schema}.tickets t
       JOIN ${schema}.orders o USING (order_id)
       JOIN ${schema}.timeline p ON p.order_id = t.order_id AND p.revision = 0
       WHERE t.site_id = asked.site_id AND t.shown_until > $2
       ORDER BY t.received_at, t.order_id, t.fulfilment_id LIMIT ${MOST_TICKETS}
     ) shown ON true`,
    [siteId, new Date(now)],
  );
  const head = rows[0]?.head;
  const tickets = rows.flatMap((row) => {
    if (row.order_id === null) return [];
    const placing = placingOf([{ id: row.event_id, type: "order.placed", at: "", data: row.data }]);
    const times = { receivedAt: row.received_at.toISOString(), changedAt: row.changed_at.toISOString() };
    return ticketView(orderRowOf(row).order, row.fulfilment_id, placing, times) ?? [];
  });
  return { head: head === null || head === undefined ? undefined : BigInt(head), tickets };
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

/** Newest versions of these kitchens' topics. */
export async function kitchenVersions(
  db: Pool,
  schema: string,
  siteIds: readonly string[],
): Promise<Map<string, string>> {
  const { rows } = await db.query<{ site_id: string; version: string }>(
    `SELECT site_id, version FROM ${schema}.kitchen_heads WHERE site_id = ANY($1::text[])`,
    [siteIds],
  );
  return new Map(rows.map((row) => [row.site_id, row.version]));
}
