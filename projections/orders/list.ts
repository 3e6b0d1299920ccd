import type { Pool } from "pg";
import type { Channel, DeliveryMethod } from "../../domain/order/events.ts";
import type { OrderStatus } from "../../domain/order/state.ts";
import type { OrderView } from "../views.ts";
import { FOUND_COLUMNS, foundOrderOf, type StoredFound } from "./rows.ts";
import { orderView } from "./view.ts";

/** Which orders may be listed: somebody's own, those of some sites, some by id, or all. */
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

/** What orders are looked for by; what is left out does not matter, and everything given has to hold. */
export interface OrderFilter {
  readonly orderId?: string | undefined;
  /** Of an order or of a customer. */
  readonly id?: string | undefined;
  /** The beginning of an order's number: hexadecimal digits, lower case. */
  readonly number?: string | undefined;
  readonly customerId?: string | undefined;
  /** Of one of these. */
  readonly customerIds?: readonly string[] | undefined;
  /** One of these has to hold; their places and times do not count. */
  readonly anyOf?: readonly OrderFilter[] | undefined;
  readonly siteId?: string | undefined;
  readonly city?: string | undefined;
  readonly channel?: Channel | undefined;
  readonly method?: DeliveryMethod | undefined;
  /** One of these. */
  readonly statuses?: readonly OrderStatus[] | undefined;
  /** Totals in minor units, both included. */
  readonly leastTotal?: number | undefined;
  readonly mostTotal?: number | undefined;
  readonly currency?: string | undefined;
  /** Placed at or after, and before. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly failure?: string | undefined;
  readonly rejection?: string | undefined;
  /** Delivered late, or late at this time and not there yet. */
  readonly lateAt?: string | undefined;
}

export interface ListQuery {
  readonly scope: ListScope;
  /** All of them have to hold. */
  readonly filters?: readonly OrderFilter[] | undefined;
  readonly after?: ListPlace | undefined;
  readonly limit: number;
}

export interface OrderPage {
  readonly orders: readonly OrderView[];
  /** There are further orders after these. */
  readonly more: boolean;
}

/**
 * Orders, newest first, in one statement. A page begins after the last order of the one before by time and id, so
 * orders that come in meanwhile neither repeat nor hide any.
 */
export async function listOrders(db: Pool, schema: string, query: ListQuery): Promise<OrderPage> {
  const { scope, filters = [], after, limit } = query;
  // One more than is shown tells whether there are further ones.
  const values: unknown[] = [limit + 1];
  const bind: Bind = (value) => `$${values.push(value)}`;
  const branches = branchesOf(scope, filters, schema, bind);
  if (branches.length === 0) return { orders: [], more: false };
  const conditions = filters.flatMap((filter) => filterConditions(filter, bind));
  const times = filters.flatMap(({ from, to }) => [
    ...(from === undefined ? [] : [[">=", bind(from)] as const]),
    ...(to === undefined ? [] : [["<", bind(to)] as const]),
  ]);
  const [at, id] = after ? [bind(after.placedAt), bind(after.orderId)] : [];
  // Each branch walks its own index from the newest on and stops at the limit.
  const pages = branches.map(({ from, by, where }) => {
    const place = after ? [`(${by}.placed_at, ${by}.order_id) < (${at}::timestamptz, ${id}::uuid)`] : [];
    for (const [comparison, time] of times) place.push(`${by}.placed_at ${comparison} ${time}::timestamptz`);
    return `(SELECT DISTINCT ${by}.placed_at, ${by}.order_id FROM ${from}
             WHERE ${[...where, ...conditions, ...place].join(" AND ") || "true"}
             ORDER BY ${by}.placed_at DESC, ${by}.order_id DESC LIMIT $1)`;
  });
  const { rows } = await db.query<StoredFound>(
    `SELECT ${FOUND_COLUMNS}
     FROM (SELECT DISTINCT placed_at, order_id FROM (${pages.join(" UNION ALL ")}) branch
           ORDER BY placed_at DESC, order_id DESC LIMIT $1) page
     JOIN ${schema}.orders o USING (order_id) JOIN ${schema}.placings p USING (order_id)
     ORDER BY page.placed_at DESC, page.order_id DESC`,
    values,
  );
  const orders = rows.slice(0, limit).map((row) => orderView(foundOrderOf(row)));
  return { orders, more: rows.length > limit };
}

/** Adds a value to the statement's parameters and says how it is called there. */
type Bind = (value: unknown) => string;

/** An index to walk: `by` is the alias whose time and id it is sorted by. The orders are always `o`. */
interface Branch {
  readonly from: string;
  readonly where: readonly string[];
  readonly by: "o" | "s";
}

function branchesOf(scope: ListScope, filters: readonly OrderFilter[], schema: string, bind: Bind): readonly Branch[] {
  const orders = (...where: readonly string[]): Branch => ({ from: `${schema}.orders o`, where, by: "o" });
  const atSites = (...where: readonly string[]): Branch => ({
    from: `${schema}.order_sites s JOIN ${schema}.orders o USING (order_id)`,
    where,
    by: "s",
  });
  const places = filters.filter(({ siteId, city }) => siteId !== undefined || city !== undefined);
  const at = ({ siteId, city }: OrderFilter, alias: string): string =>
    [
      ...(siteId === undefined ? [] : [`${alias}.site_id = ${bind(siteId)}`]),
      ...(city === undefined ? [] : [`${alias}.city = ${bind(city)}`]),
    ].join(" AND ");
  const somewhere = (asked: readonly OrderFilter[]): string[] =>
    asked.map(
      (place) => `EXISTS (SELECT FROM ${schema}.order_sites e WHERE e.order_id = o.order_id AND ${at(place, "e")})`,
    );
  switch (scope.kind) {
    case "all": {
      const [first, ...others] = places;
      if (first) return [atSites(at(first, "s"), ...somewhere(others))];
      const statuses = filters.find((filter) => filter.statuses !== undefined)?.statuses;
      return statuses ? statusConditions(statuses, bind).map((condition) => orders(condition)) : [orders()];
    }
    case "own": {
      const placed = orders(`o.placed_by = ${bind(scope.placedBy)}`, ...somewhere(places));
      if (scope.customerId === undefined) return [placed];
      return [placed, orders(`o.customer_id = ${bind(scope.customerId)}`, ...somewhere(places))];
    }
    case "sites":
      return scope.siteIds.map((siteId) => atSites(at({ siteId }, "s"), ...somewhere(places)));
    case "orders":
      return [orders(`o.order_id = ANY(${bind(scope.orderIds)}::uuid[])`, ...somewhere(places))];
  }
}

/** Statuses that an order ends in; they have an index of their own. */
const FINAL: ReadonlySet<OrderStatus> = new Set<OrderStatus>([
  "delivered",
  "shipped",
  "out_of_stock",
  "payment_failed",
  "restaurant_rejected",
  "cancelled",
]);

function filterConditions(filter: OrderFilter, bind: Bind): string[] {
  const { number, statuses } = filter;
  const conditions: string[] = [];
  const add = (value: unknown, condition: (bound: string) => string): void => {
    if (value !== undefined) conditions.push(condition(bind(value)));
  };
  add(filter.orderId, (id) => `o.order_id = ${id}`);
  add(filter.id, (id) => `(o.order_id = ${id} OR o.customer_id = ${id})`);
  if (number !== undefined) {
    const [first, last] = [bind(uuidFrom(number, "0")), bind(uuidFrom(number, "f"))];
    conditions.push(`o.order_id BETWEEN ${first}::uuid AND ${last}::uuid`);
  }
  add(filter.customerId, (id) => `o.customer_id = ${id}`);
  add(filter.customerIds, (ids) => `o.customer_id = ANY(${ids}::uuid[])`);
  if (filter.anyOf !== undefined) {
    const each = filter.anyOf.map((one) => `(${filterConditions(one, bind).join(" AND ") || "true"})`);
    conditions.push(`(${each.join(" OR ") || "false"})`);
  }
  add(filter.channel, (channel) => `o.channel = ${channel}`);
  add(filter.method, (method) => `o.method = ${method}`);
  if (statuses !== undefined) conditions.push(`(${statusConditions(statuses, bind).join(" OR ") || "false"})`);
  add(filter.leastTotal, (least) => `o.total >= ${least}`);
  add(filter.mostTotal, (most) => `o.total <= ${most}`);
  add(filter.currency, (currency) => `o.currency = ${currency}`);
  add(filter.failure, (failure) => `o.failure = ${failure}`);
  add(filter.rejection, (rejection) => `o.rejection = ${rejection}`);
  add(filter.lateAt, (now) => `(o.delivered_at > o.due_at OR (o.ended_as IS NULL AND o.due_at < ${now}::timestamptz))`);
  return conditions;
}

/** An id whose first digits are given and whose others are all the same. */
function uuidFrom(digits: string, filler: string): string {
  const hex = digits.padEnd(32, filler).slice(0, 32);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** One of these conditions has to hold; each can be found in an index. */
function statusConditions(statuses: readonly OrderStatus[], bind: Bind): string[] {
  const open = statuses.filter((status) => !FINAL.has(status));
  return [
    ...statuses.filter((status) => FINAL.has(status)).map((status) => `o.ended_as = ${bind(status)}`),
    ...(open.length > 0 ? [`(o.ended_as IS NULL AND o.status = ANY(${bind(open)}::text[]))`] : []),
  ];
}
