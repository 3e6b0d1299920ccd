import type { Pool } from "pg";
import { countOrders, countRefusals, measureSteps, type PlaceRange } from "../../projections/analytics/queries.ts";
import { readKitchen } from "../../projections/kitchen/queries.ts";
import { type ListQuery, type ListScope, listOrders, type OrderFilter } from "../../projections/orders/list.ts";
import { findOrder, orderVersions } from "../../projections/orders/queries.ts";
import { readTimeline } from "../../projections/timeline/queries.ts";
import type { LargeTables } from "./data/large-tables.ts";
import { SITES_MADE } from "./data/order-lives.ts";

/** Something that the read API is asked; answers with how many rows it found. */
export interface Question {
  readonly name: string;
  ask(db: Pool): Promise<number>;
}

/** Orders that questions are about, drawn from all. */
export interface Sample {
  readonly orderId: string;
  readonly customerId: string;
  readonly placedBy: string;
  readonly placedAt: string;
}

const SAMPLES = 4_000;
const PAGE = 50;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Orders drawn from the whole table. */
export async function sampled(pool: Pool, { schemas }: LargeTables): Promise<Sample[]> {
  const { rows } = await pool.query<{ order_id: string; customer_id: string; placed_by: string; placed_at: Date }>(
    // Ids are random: those after some id are as good as drawn.
    `SELECT order_id, customer_id, placed_by, placed_at FROM ${schemas.orders}.orders
     WHERE order_id > '40000000-0000-0000-0000-000000000000' ORDER BY order_id LIMIT $1`,
    [SAMPLES],
  );
  return rows.map((row) => ({
    orderId: row.order_id,
    customerId: row.customer_id,
    placedBy: row.placed_by,
    placedAt: row.placed_at.toISOString(),
  }));
}

/** What shops, kitchens, support and analysts ask most, and what is worst for an index. */
export function questions({ schemas, now }: LargeTables, samples: readonly Sample[]): Question[] {
  const any = <T>(all: readonly T[]): T => {
    const one = all[Math.floor(Math.random() * all.length)];
    if (one === undefined) throw new Error("there is nothing to ask for");
    return one;
  };
  const order = () => any(samples);
  const site = () => any(SITES_MADE).siteId;
  const list = async (db: Pool, query: Omit<ListQuery, "limit">) =>
    (await listOrders(db, schemas.orders, { ...query, limit: PAGE })).orders.length;
  const all = (filter: OrderFilter, page: Partial<ListQuery> = {}) => ({
    scope: { kind: "all" } as ListScope,
    filters: [filter],
    ...page,
  });
  const hour = Math.floor(now / HOUR_MS) * HOUR_MS + HOUR_MS;
  const week = (): PlaceRange => ({ from: hour - 7 * DAY_MS, to: hour });
  return [
    {
      name: "timeline of an order",
      ask: async (db) => (await readTimeline(db, schemas.timeline, order().orderId)).events.length,
    },
    {
      name: "an order",
      ask: async (db) => ((await findOrder(db, schemas.orders, order().orderId)).found ? 1 : 0),
    },
    {
      name: "versions of 100 orders' topics",
      ask: async (db) => {
        const ids = Array.from({ length: 100 }, () => order().orderId);
        return (await orderVersions(db, schemas.orders, ids)).size;
      },
    },
    { name: "orders, newest", ask: (db) => list(db, { scope: { kind: "all" } }) },
    {
      name: "orders, a page from the midst",
      ask: (db) => {
        const { placedAt, orderId } = order();
        return list(db, { scope: { kind: "all" }, after: { placedAt, orderId } });
      },
    },
    { name: "orders that are being prepared", ask: (db) => list(db, all({ statuses: ["preparing"] })) },
    { name: "orders that were cancelled (there are none)", ask: (db) => list(db, all({ statuses: ["cancelled"] })) },
    {
      name: "orders that were delivered, a page from the midst",
      ask: (db) => {
        const { placedAt, orderId } = order();
        return list(db, all({ statuses: ["delivered"] }, { after: { placedAt, orderId } }));
      },
    },
    {
      name: "a customer's own orders",
      ask: (db) => {
        const { placedBy, customerId } = order();
        return list(db, { scope: { kind: "own", placedBy, customerId } });
      },
    },
    { name: "orders of a site, newest", ask: (db) => list(db, { scope: { kind: "sites", siteIds: [site()] } }) },
    {
      name: "orders of a site on a day, delivered",
      ask: (db) => {
        const from = Date.parse(order().placedAt);
        const span = { from: new Date(from).toISOString(), to: new Date(from + DAY_MS).toISOString() };
        return list(db, all({ siteId: site(), statuses: ["delivered"], ...span }));
      },
    },
    { name: "orders of a city, newest", ask: (db) => list(db, all({ city: "Berlin" })) },
    { name: "search by the order's number", ask: (db) => list(db, all({ number: order().orderId.slice(0, 6) })) },
    { name: "search by customer or order id", ask: (db) => list(db, all({ id: order().customerId })) },
    { name: "search by a total that is common", ask: (db) => list(db, all({ leastTotal: 1_000, mostTotal: 2_000 })) },
    { name: "search by a total that nobody has", ask: (db) => list(db, all({ leastTotal: 900_000 })) },
    {
      name: "kitchen queue of a site",
      ask: async (db) => (await readKitchen(db, schemas.kitchen, site(), now)).tickets.length,
    },
    {
      name: "analytics: orders by hour, all cities, a week",
      ask: async (db) => (await countOrders(db, schemas.analytics, week(), "hour")).length,
    },
    {
      name: "analytics: orders by day, a site, a week",
      ask: async (db) => (await countOrders(db, schemas.analytics, { ...week(), siteId: site() }, "day")).length,
    },
    {
      name: "analytics: steps by day, a site, a week",
      ask: async (db) => (await measureSteps(db, schemas.analytics, { ...week(), siteId: site() }, "day")).length,
    },
    {
      name: "analytics: steps by hour, all cities, a week",
      ask: async (db) => (await measureSteps(db, schemas.analytics, week(), "hour")).length,
    },
    {
      name: "analytics: refusals, all cities, a week",
      ask: async (db) => (await countRefusals(db, schemas.analytics, week(), PAGE)).length,
    },
  ];
}
