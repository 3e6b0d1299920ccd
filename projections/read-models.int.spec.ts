import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LedgerEvent, ledgerStream } from "../domain/inventory/events.ts";
import { availableOf, emptyLedger, evolve } from "../domain/inventory/state.ts";
import { systemClock } from "../infra/clock.ts";
import type { RunningConsumer } from "../infra/consumers/consumer.ts";
import { type Feed, startFeed } from "../infra/consumers/feed.ts";
import { readPosition } from "../infra/consumers/fence.ts";
import { startConsumer } from "../infra/consumers/run-consumer.ts";
import { type Engines, eventually, startEngines } from "../infra/consumers/testing/engines.ts";
import { createLog } from "../infra/log.ts";
import { appendMixed, idFor, ledgerStreams, masterData, orderStreams } from "../test/fixtures/read-history.ts";
import { availabilityProjection } from "./availability/projection.ts";
import { stockOf } from "./availability/queries.ts";
import { catalogueProjection } from "./catalogue/projection.ts";
import { findItems, findSite, listSites } from "./catalogue/queries.ts";
import { couriersProjection } from "./couriers/projection.ts";
import { findCourier } from "./couriers/queries.ts";
import { kitchenProjection } from "./kitchen/projection.ts";
import { kitchenVersions, readKitchen } from "./kitchen/queries.ts";
import { listOrders, type OrderFilter } from "./orders/list.ts";
import { ordersProjection } from "./orders/projection.ts";
import { findOrder, orderVersions } from "./orders/queries.ts";
import { PROJECTIONS } from "./read-models.ts";
import { compareWithLive, rebuild } from "./replay/rebuild.ts";
import { dropGeneration, ensureProjection, type Generation } from "./runner/generations.ts";
import type { Projection } from "./runner/projection.ts";
import { projectionConsumer } from "./runner/projection-consumer.ts";
import type { TopicMessage } from "./runner/topic-message.ts";
import { timelineProjection } from "./timeline/projection.ts";
import type { KitchenDelta, OrderView, TicketView } from "./views.ts";

const log = createLog("test", "silent");
const SITES = ["bakery-mitte", "restaurant-mitte"];
const ORDERS = 60;
const MASTER = masterData();
const LEDGERS = SITES.flatMap((siteId, n) => ledgerStreams(siteId, 5 + n, 120));
const streams = [...MASTER, ...LEDGERS, ...orderStreams(ORDERS, 11)];

let engines: Engines;
let feed: Feed;
let events: number;
const stop = new AbortController();
const running: RunningConsumer[] = [];
const generations = new Map<string, Generation>();
const published: TopicMessage[] = [];

const schemaOf = (projection: Projection): string => generations.get(projection.name)?.schema ?? "";
const building = (projection: Projection, batchSize: number) => ({
  projection,
  batchSize,
  ...engines,
  log,
  clock: systemClock,
  instance: "rebuilder",
});

beforeAll(async () => {
  engines = await startEngines();
  const { pool, store } = engines;
  feed = startFeed({ store, log });
  for (const projection of PROJECTIONS) {
    const generation = await ensureProjection(pool, projection, systemClock);
    generations.set(projection.name, generation);
    const outbox = () => ({
      publish: async (messages: readonly TopicMessage[]) => {
        published.push(...messages);
      },
    });
    const consumer = projectionConsumer({ projection, generation, outbox });
    const { signal } = stop;
    running.push(
      startConsumer({ consumer, pool, feed, leaseMs: 5_000, instance: "live", log, clock: systemClock, signal }),
    );
  }
  // Appended while the projections run, so that what they handle in one transaction is as it comes.
  events = await appendMixed(store, streams, 3);
  const head = await store.head();
  for (const projection of PROJECTIONS) {
    await eventually(async () => {
      expect((await readPosition(pool, schemaOf(projection))).place).toEqual(head);
    });
  }
});

afterAll(async () => {
  stop.abort();
  await Promise.all(running.map(({ done }) => done));
  await feed?.close();
  await engines?.stop();
});

describe.each(PROJECTIONS.map((projection) => [projection.name, projection] as const))(
  "the read model %s",
  (_, projection) => {
    test.each([1, 7, 500])("rebuilt in batches of %d equals the live one in every row", async (batchSize) => {
      const { generation, progress } = await rebuild(building(projection, batchSize));
      const comparison = await compareWithLive({ ...building(projection, batchSize), rebuilt: generation });
      expect(comparison.tables.filter(({ equal }) => !equal)).toEqual([]);
      for (const table of projection.tables) {
        expect(comparison.tables.find((one) => one.table === table)?.rebuilt?.rows).toBeGreaterThan(0);
      }
      expect(progress).toMatchObject({ events, parked: 0 });
      await dropGeneration(engines.pool, projection.name, generation.generation);
    });
  },
);

/** By what a topic's name begins with. */
const EPOCHS: Readonly<Record<string, string>> = { order: "orders:1", kitchen: "kitchen:1", courier: "couriers:1" };

describe("topics", () => {
  const last = new Map<string, TopicMessage>();

  test("have messages that follow one another without a gap, each version newer than the one before", () => {
    for (const message of published) {
      const before = last.get(message.topic);
      expect(message.prev).toBe(before?.version ?? null);
      if (before) expect(BigInt(message.version)).toBeGreaterThan(BigInt(before.version));
      expect(message.epoch).toBe(EPOCHS[message.topic.split(".")[0] ?? ""]);
      last.set(message.topic, message);
    }
    expect([...last.keys()].filter((topic) => topic.startsWith("order.")).length).toBe(ORDERS);
    expect([...last.keys()].filter((topic) => topic.startsWith("kitchen.")).sort()).toEqual(
      ["bakery-mitte", "dark-store-mitte", "restaurant-mitte"].map((site) => `kitchen.${site}`),
    );
  });

  test("end where their heads and snapshots stand", async () => {
    const schema = schemaOf(ordersProjection);
    const ids = [...last.keys()].filter((topic) => topic.startsWith("order.")).map((topic) => topic.slice(6));
    const versions = await orderVersions(engines.pool, schema, ids);
    const displays = schemaOf(kitchenProjection);
    const kitchens = await kitchenVersions(engines.pool, displays, SITES);
    for (const id of ids) expect(versions.get(id)).toBe(last.get(`order.${id}`)?.version);
    for (const site of SITES) {
      expect(kitchens.get(site)).toBe(last.get(`kitchen.${site}`)?.version);
      expect((await readKitchen(engines.pool, displays, site, 0)).head?.toString()).toBe(kitchens.get(site));
    }
  });

  test("carry an order as a query shows it", async () => {
    const page = await listOrders(engines.pool, schemaOf(ordersProjection), { scope: { kind: "all" }, limit: 100 });
    expect(page.orders.length).toBe(ORDERS);
    for (const order of page.orders) {
      expect(JSON.parse(JSON.stringify(last.get(`order.${order.orderId}`)?.data))).toEqual(
        JSON.parse(JSON.stringify(order)),
      );
    }
  });

  test("put together, the deltas of a kitchen are its queue", async () => {
    for (const siteId of SITES) {
      const tickets = new Map<string, TicketView>();
      for (const { data } of published.filter(({ topic }) => topic === `kitchen.${siteId}`)) {
        const { ticket, also = [] } = data as KitchenDelta;
        for (const one of [ticket, ...also]) tickets.set(`${one.orderId}/${one.fulfilmentId}`, one);
      }
      const active = [...tickets.values()].filter(({ status }) => !["done", "rejected", "cancelled"].includes(status));
      const now = Date.parse("2026-12-01T00:00:00.000Z"); // long after: what was cancelled has left
      const queue = await readKitchen(engines.pool, schemaOf(kitchenProjection), siteId, now);
      const plain = (list: readonly TicketView[]) =>
        JSON.parse(JSON.stringify(list.toSorted((a, b) => (a.orderId < b.orderId ? -1 : 1))));
      expect(queue.tickets.length).toBeGreaterThan(0);
      expect(plain(queue.tickets)).toEqual(plain(active));
    }
  });
});

describe("availability", () => {
  test.each(SITES)("at %s equals folding the ledger's own stream", async (siteId) => {
    const chapters = LEDGERS.filter((stream) => stream[0]?.stream.startsWith(`ledger-${siteId}.`));
    const current = emptyLedger(siteId, chapters.length - 1);
    for (const event of await engines.store.readStream(ledgerStream(siteId, current.chapter))) {
      const fact = { type: event.type, data: event.data } as LedgerEvent;
      evolve(current, fact, event.revision, event.metadata.at);
    }
    expect(chapters.length).toBeGreaterThan(2);
    const skus = [...current.stock.keys()];
    const levels = await stockOf(engines.pool, schemaOf(availabilityProjection), siteId, skus);
    for (const sku of skus) {
      const { onHand, reserved } = current.stock.get(sku) ?? { onHand: 0, reserved: 0 };
      expect(levels.get(sku)).toEqual({
        sku,
        onHand,
        reserved,
        unavailable: current.unavailable.has(sku),
        available: availableOf(current, sku),
      });
    }
  });
});

describe("queries", () => {
  const schema = () => schemaOf(ordersProjection);

  test("page through orders, newest first, each once", async () => {
    const seen: OrderView[] = [];
    for (let after: { placedAt: string; orderId: string } | undefined; ; ) {
      const page = await listOrders(engines.pool, schema(), { scope: { kind: "all" }, limit: 7, after });
      seen.push(...page.orders);
      after = page.orders.at(-1);
      if (!page.more || !after) break;
      expect(page.orders.length).toBe(7);
    }
    expect(new Set(seen.map(({ orderId }) => orderId)).size).toBe(ORDERS);
    expect(seen.map(({ placedAt }) => placedAt)).toEqual(
      seen.map(({ placedAt }) => placedAt).toSorted((a, b) => (a < b ? 1 : -1)),
    );
  });

  test("find what is looked for, and nothing else", async () => {
    const find = (...filters: readonly OrderFilter[]) =>
      listOrders(engines.pool, schema(), { scope: { kind: "all" }, filters, limit: 100 });
    const all = (await find()).orders;
    const atSite = (one: OrderView, siteId: string) => one.fulfilments.some((part) => part.siteId === siteId);
    const over = new Set(["delivered", "out_of_stock", "payment_failed", "restaurant_rejected", "cancelled"]);
    const isOver = (status: string) => over.has(status);
    const [first] = all;
    const middle = all[30]?.placedAt ?? "";
    if (!first) throw new Error("there are no orders");
    const looks: readonly [readonly OrderFilter[], (order: OrderView) => boolean][] = [
      [[{ orderId: first.orderId }], ({ orderId }) => orderId === first.orderId],
      [[{ id: first.customerId }], ({ customerId }) => customerId === first.customerId],
      [
        [{ number: first.number.slice(0, 4).toLowerCase() }],
        ({ number }) => number.startsWith(first.number.slice(0, 4)),
      ],
      [[{ customerId: first.customerId }], ({ customerId }) => customerId === first.customerId],
      [[{ siteId: "bakery-mitte" }], (one) => atSite(one, "bakery-mitte")],
      [
        [{ siteId: "bakery-mitte" }, { siteId: "restaurant-mitte" }],
        (one) => {
          return atSite(one, "bakery-mitte") && atSite(one, "restaurant-mitte");
        },
      ],
      [[{ city: "berlin" }], () => true],
      [
        [{ city: "berlin", siteId: "bakery-mitte", statuses: ["cancelled"] }],
        (one) => {
          return atSite(one, "bakery-mitte") && one.status === "cancelled";
        },
      ],
      [[{ city: "hamburg" }], () => false],
      [[{ channel: "web", method: "courier" }], () => true],
      [[{ channel: "phone" }], () => false],
      [[{ method: "parcel" }], () => false],
      [[{ statuses: ["cancelled", "preparing"] }], ({ status }) => status === "cancelled" || status === "preparing"],
      [[{ statuses: [] }], () => false],
      [[{ leastTotal: 4000 }], ({ total }) => total.amount >= 4000],
      [[{ leastTotal: 2690, mostTotal: 2690, currency: "EUR" }], ({ total }) => total.amount === 2690],
      [[{ currency: "USD" }], () => false],
      [[{ from: middle }], ({ placedAt }) => placedAt >= middle],
      [[{ to: middle }], ({ placedAt }) => placedAt < middle],
      [[{ failure: "payment_declined" }], ({ failure }) => failure === "payment_declined"],
      [[{ lateAt: "2026-11-21T06:00:00.000Z" }], () => false],
      [[{ lateAt: "2026-12-01T00:00:00.000Z" }], ({ status }) => !isOver(status)],
      [[{ rejection: "too_busy" }], ({ rejection }) => rejection === "too_busy"],
    ];
    for (const [filters, wanted] of looks) {
      const found = (await find(...filters)).orders.map(({ orderId }) => orderId);
      expect([filters, found]).toEqual([filters, all.filter(wanted).map(({ orderId }) => orderId)]);
    }
    const own = { kind: "own", placedBy: first.placedBy, customerId: first.customerId } as const;
    const mine = await listOrders(engines.pool, schema(), {
      scope: own,
      filters: [{ siteId: "bakery-mitte" }],
      limit: 9,
    });
    expect(mine.orders).toEqual(
      all.filter((one) => one.customerId === first.customerId && atSite(one, "bakery-mitte")).slice(0, 9),
    );
  });

  test("list somebody's own orders, those of a site and those of a status", async () => {
    const customerId = idFor("customer-3");
    const own = { kind: "own", placedBy: "guest:nobody", customerId } as const;
    const mine = await listOrders(engines.pool, schema(), { scope: own, limit: 100 });
    expect(mine.orders.length).toBeGreaterThan(3);
    expect(new Set(mine.orders.map((order) => order.customerId))).toEqual(new Set([customerId]));
    const sites = { kind: "sites", siteIds: ["bakery-mitte"] } as const;
    const atSite = await listOrders(engines.pool, schema(), { scope: sites, limit: 100 });
    expect(atSite.orders.length).toBeGreaterThan(3);
    expect(atSite.orders.every(({ fulfilments }) => fulfilments.some(({ siteId }) => siteId === "bakery-mitte"))).toBe(
      true,
    );
    for (const status of ["delivered", "preparing", "out_of_stock"] as const) {
      const { orders } = await listOrders(engines.pool, schema(), {
        scope: { kind: "all" },
        filters: [{ statuses: [status] }],
        limit: 100,
      });
      expect(new Set(orders.map((order) => order.status))).toEqual(new Set([status]));
    }
  });

  test("name the stream behind every row", async () => {
    const { pool } = engines;
    for (const projection of [ordersProjection, kitchenProjection, timelineProjection]) {
      for (const table of projection.tables) {
        const { rows } = await pool.query<{ row: Record<string, string> }>(
          `SELECT to_jsonb(one) AS row FROM ${schemaOf(projection)}.${table} AS one LIMIT 3`,
        );
        for (const { row } of rows) {
          const key = Object.fromEntries(Object.entries(row).map(([column, value]) => [column, String(value)]));
          const question = { tx: await pool.connect(), schema: schemaOf(projection), table, key, limit: 10 };
          const streams = await projection.sources?.(question).finally(() => question.tx.release());
          expect([table, streams]).toEqual([table, [`order-${row.order_id}`]]);
        }
      }
    }
  });

  test("say that a stream was set aside", async () => {
    const orderId = idFor("order-11-0");
    expect(await findOrder(engines.pool, schema(), orderId)).toMatchObject({ parked: false });
    await engines.pool.query(
      `INSERT INTO runner.dead_letters (consumer, stream, event_id, revision, commit, prepare, type, payload, failure_type,
         failure_class, message, stack, attempts, first_failed_at, last_failed_at)
       VALUES ($1, $2, gen_random_uuid(), 99, 1, 1, 'x', '{}', 'x', 'poison', '', '', 1, now(), now())`,
      [schema(), `order-${orderId}`],
    );
    expect(await findOrder(engines.pool, schema(), orderId)).toMatchObject({ parked: true });
    await engines.pool.query("DELETE FROM runner.dead_letters WHERE consumer = $1", [schema()]);
  });

  test("show sites with what changed, and items that are still sold", async () => {
    const catalogue = schemaOf(catalogueProjection);
    const found = await findSite(engines.pool, catalogue, "bakery-mitte");
    expect(found).toMatchObject({ revision: 3n, site: { name: "The new bakery", status: "open" } });
    const items = await findItems(engines.pool, catalogue, ["tart", "soup", "unknown"]);
    expect([...items.keys()]).toEqual(["tart"]);
    const [first, ...others] = await listSites(engines.pool, catalogue, { after: "", limit: 10 });
    expect([first?.siteId, others.length]).toEqual(["bakery-mitte", 2]);
    expect(first).not.toHaveProperty("menu");
  });

  test("show couriers, and the free ones of a city", async () => {
    const couriers = schemaOf(couriersProjection);
    const busy = await findCourier(engines.pool, couriers, idFor("courier-1"));
    expect(busy?.courier).toMatchObject({ onShift: true, city: "berlin", orderId: idFor("order-1") });
    const free = await engines.pool.query(
      `SELECT courier_id FROM ${couriers}.couriers WHERE on_shift AND order_id IS NULL AND city = 'berlin'`,
    );
    expect(free.rows).toEqual([{ courier_id: idFor("courier-0") }]);
  });
});
