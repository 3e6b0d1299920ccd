import type { PoolClient, QueryResultRow } from "pg";
import type { Amendment } from "../order-state/amendments.ts";
import { packOrder, unpackOrder } from "../order-state/packed-order.ts";
import { column, relation, type Statement } from "../relation.ts";
import type { KitchenOrder, KitchenPlacing, TicketChange } from "./fold.ts";

/** An order's row as the database gives it back. */
export interface StoredOrder {
  readonly order_id: string;
  readonly customer_id: string;
  readonly placed_at: Date;
  readonly revision: string;
  readonly state: unknown;
  readonly times: unknown;
  readonly amendments: unknown;
}

/** Columns that `kitchenOrderOf` needs, of the table by the alias `o`. */
export const ORDER_COLUMNS = "o.order_id, o.customer_id, o.placed_at, o.revision, o.state, o.times, o.amendments";

/** An order's row as the fold knows it. */
export function kitchenOrderOf(row: StoredOrder): KitchenOrder {
  const keys = {
    orderId: row.order_id,
    customerId: row.customer_id,
    placedBy: "", // no kitchen's affair, so it is not kept
    placedAt: row.placed_at.toISOString(),
  };
  const times = row.times as readonly (readonly [string, string] | null)[]; // written by savingOrders
  return {
    order: unpackOrder(keys, row.state),
    times: times.map((one) => (one === null ? undefined : { receivedAt: one[0], changedAt: one[1] })),
    amendments: (row.amendments ?? []) as readonly Amendment[], // written by savingOrders
    revision: BigInt(row.revision),
  };
}

/** A placing's row as the database gives it back. */
export interface StoredPlacing {
  readonly event_id: string;
  readonly parts: unknown;
}

/** Columns that `kitchenPlacingOf` needs, of the table by the alias `p`. */
export const PLACING_COLUMNS = "p.event_id, p.parts";

export const kitchenPlacingOf = ({ event_id: eventId, parts }: StoredPlacing): KitchenPlacing => ({
  eventId,
  parts: parts as KitchenPlacing["parts"], // written by addingPlacings
});

/** An order with what kitchens need of its placing. */
export interface PlacedKitchenOrder extends KitchenOrder {
  readonly placing: KitchenPlacing;
}

/** The rows of these orders, by id. */
export async function loadOrders(
  tx: PoolClient,
  schema: string,
  orderIds: readonly string[],
): Promise<Map<string, KitchenOrder>> {
  const { rows } = await tx.query<StoredOrder>(
    `SELECT ${ORDER_COLUMNS} FROM ${schema}.orders o WHERE o.order_id = ANY($1::uuid[])`,
    [orderIds],
  );
  return new Map(rows.map((row) => [row.order_id, kitchenOrderOf(row)]));
}

/** The rows of these orders with their placings, by id. */
export async function loadWithPlacings(
  tx: PoolClient,
  schema: string,
  orderIds: readonly string[],
): Promise<Map<string, PlacedKitchenOrder>> {
  const { rows } = await tx.query<StoredOrder & StoredPlacing>(
    `SELECT ${ORDER_COLUMNS}, ${PLACING_COLUMNS}
     FROM ${schema}.orders o JOIN ${schema}.placings p USING (order_id) WHERE o.order_id = ANY($1::uuid[])`,
    [orderIds],
  );
  return new Map(rows.map((row) => [row.order_id, { ...kitchenOrderOf(row), placing: kitchenPlacingOf(row) }]));
}

/** Writes orders as they are now. */
export function savingOrders(schema: string, rows: readonly KitchenOrder[]): Statement | undefined {
  if (rows.length === 0) return undefined;
  const { from, parameters: values } = relation([
    column(rows, "order_id", "uuid", ({ order }) => order.orderId),
    column(rows, "customer_id", "uuid", ({ order }) => order.customerId),
    column(rows, "placed_at", "timestamptz", ({ order }) => order.placedAt),
    column(rows, "revision", "bigint", ({ revision }) => revision.toString()),
    column(rows, "state", "json", ({ order }) => packOrder(order)),
    column(rows, "times", "json", ({ times }) =>
      JSON.stringify(times.map((one) => (one ? [one.receivedAt, one.changedAt] : null))),
    ),
    column(rows, "amendments", "json", ({ amendments }) => (amendments.length > 0 ? JSON.stringify(amendments) : null)),
  ]);
  const text = `INSERT INTO ${schema}.orders AS o (order_id, customer_id, placed_at, revision, state, times, amendments)
     SELECT * FROM ${from}
     ON CONFLICT (order_id) DO UPDATE SET revision = excluded.revision, state = excluded.state, times = excluded.times,
       amendments = excluded.amendments
     WHERE o.revision < excluded.revision`;
  return { text, values };
}

/** Keeps what kitchens need of placings. */
export function addingPlacings(schema: string, placings: ReadonlyMap<string, KitchenPlacing>): Statement | undefined {
  if (placings.size === 0) return undefined;
  const rows = [...placings];
  const { from, parameters: values } = relation([
    column(rows, "order_id", "uuid", ([orderId]) => orderId),
    column(rows, "event_id", "uuid", ([, { eventId }]) => eventId),
    column(rows, "parts", "json", ([, { parts }]) => JSON.stringify(parts)),
  ]);
  const text = `INSERT INTO ${schema}.placings (order_id, event_id, parts)
     SELECT * FROM ${from} ON CONFLICT DO NOTHING`;
  return { text, values };
}

/** Writes tickets as they are now. */
export function savingTickets(schema: string, rows: readonly TicketChange[]): Statement | undefined {
  if (rows.length === 0) return undefined;
  const { from, parameters: values } = relation([
    column(rows, "order_id", "uuid", ({ orderId }) => orderId),
    column(rows, "fulfilment_id", "text", ({ fulfilmentId }) => fulfilmentId),
    column(rows, "site_id", "text", ({ siteId }) => siteId),
    column(rows, "status", "text", ({ status }) => status),
    column(rows, "received_at", "timestamptz", ({ receivedAt }) => receivedAt),
    column(rows, "changed_at", "timestamptz", ({ changedAt }) => changedAt),
    column(rows, "shown_until", "timestamptz", ({ shownUntil }) => shownUntil ?? null),
    column(rows, "version", "bigint", ({ version }) => version.toString()),
  ]);
  const text = `INSERT INTO ${schema}.tickets
       (order_id, fulfilment_id, site_id, status, received_at, changed_at, shown_until, version)
     SELECT * FROM ${from}
     ON CONFLICT (order_id, fulfilment_id) DO UPDATE SET status = excluded.status, changed_at = excluded.changed_at,
       shown_until = excluded.shown_until, version = excluded.version`;
  return { text, values };
}

/** Moves the versions of kitchens' topics forward; returns rows for `headsBefore`. */
export function movingHeads(schema: string, tickets: readonly TicketChange[]): Statement | undefined {
  const newest = new Map<string, TicketChange>();
  for (const ticket of tickets) {
    const known = newest.get(ticket.siteId);
    if (known === undefined || ticket.version > known.version) newest.set(ticket.siteId, ticket);
  }
  if (newest.size === 0) return undefined;
  const rows = [...newest.values()];
  const { from, parameters: values } = relation([
    column(rows, "site_id", "text", ({ siteId }) => siteId),
    column(rows, "version", "bigint", ({ version }) => version.toString()),
    column(rows, "order_id", "uuid", ({ orderId }) => orderId),
  ]);
  // All parts of a statement see the tables as they were before it.
  const text = `WITH given AS (SELECT * FROM ${from}),
     moved AS (
       INSERT INTO ${schema}.heads AS head (site_id, version, order_id) SELECT * FROM given
       ON CONFLICT (site_id) DO UPDATE SET version = excluded.version, order_id = excluded.order_id
       WHERE head.version < excluded.version
     )
     SELECT site_id, version FROM ${schema}.heads WHERE site_id IN (SELECT site_id FROM given)`;
  return { text, values };
}

/** Versions of kitchens' topics before the batch, from what `movingHeads` returned. */
export const headsBefore = (rows: readonly QueryResultRow[]): Map<string, bigint> =>
  new Map(rows.map(({ site_id, version }) => [String(site_id), BigInt(String(version))]));
