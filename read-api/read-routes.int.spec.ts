import { randomBytes } from "node:crypto";
import swagger from "@fastify/swagger";
import type { FastifyInstance } from "fastify";
import { jsonSchemaTransform } from "fastify-type-provider-zod";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Subkeys, subkeysOf } from "../domain/chain/sealing.ts";
import type { OrderEvent } from "../domain/order/events.ts";
import type { Role } from "../infra/auth/principal.ts";
import type { Clock } from "../infra/clock.ts";
import { type Engines, eventually, startEngines } from "../infra/consumers/testing.ts";
import type { StorableEvent } from "../infra/event-store/port.ts";
import { KeysUnavailableError } from "../infra/keys/errors.ts";
import { createPool } from "../infra/postgres/pool.ts";
import { availabilityProjection } from "../projections/availability/projection.ts";
import { catalogueProjection } from "../projections/catalogue/projection.ts";
import { couriersProjection } from "../projections/couriers/projection.ts";
import { ordersProjection } from "../projections/orders/projection.ts";
import { witnessProjection } from "../projections/witness/projection.ts";
import { CONTACT, COURIER, happened, until } from "../test/fixtures/order-examples.ts";
import {
  appendMixed,
  idFor,
  ledgerStreams,
  masterData,
  orderStreamOf,
  type Stream,
} from "../test/fixtures/read-history.ts";
import { locateOrder } from "./order-lookup.ts";
import { apiOver, Projecting, servicesOver, tokenFor } from "./testing-api.ts";

const CUSTOMER = idFor("buyer");
const OTHER = idFor("somebody else");
const PROJECTIONS = [
  ordersProjection,
  availabilityProjection,
  catalogueProjection,
  couriersProjection,
  witnessProjection,
];
const keys = new Map<string, Subkeys>([[CUSTOMER, subkeysOf("k-1", randomBytes(32))]]);
const subkeys = keys.get(CUSTOMER);

let now = Date.parse("2026-11-21T06:30:00.000Z");
const clock: Clock = { now: () => now };

let engines: Engines;
let projecting: Projecting;
let app: FastifyInstance;
let position: string;

/** An order of the buyer at the bakery that is as far as these events. */
const orderOf = (name: string, events: readonly OrderEvent[], at?: number): Stream =>
  orderStreamOf(
    { orderId: idFor(name), customerId: CUSTOMER, ...(subkeys ? { keys: subkeys } : {}), ...(at ? { at } : {}) },
    ["bakery"],
    events.slice(1),
  );
const preparing = orderOf("preparing", [...until("preparing"), happened.assigned(), happened.driverAccepted()]);
const delivered = orderOf("delivered", until("delivered"));
const cancelled = orderOf("cancelled", [...until("restaurant_notified"), happened.cancelled()]);

const storable = ({ id, type, data, metadata }: Stream[number]): StorableEvent => ({ id, type, data, metadata });

beforeAll(async () => {
  engines = await startEngines();
  await appendMixed(
    engines.store,
    [preparing, delivered, cancelled, ...masterData(), ...ledgerStreams("bakery-mitte", 4, 60)],
    1,
  );
  projecting = new Projecting(engines, clock);
  for (const projection of PROJECTIONS) await projecting.start(projection);
  app = apiOver(servicesOver(engines, clock, keys));
  position = (await engines.store.head())?.commit.toString() ?? "";
  for (const path of [`/api/orders/${idFor("delivered")}`, "/api/sites", "/api/sites/bakery-mitte/availability"]) {
    await eventually(async () => expect((await get(path, "admin")).headers["x-age-ms"]).toBe("0"));
  }
});
afterAll(async () => {
  await app?.close();
  await projecting?.close();
  await engines?.stop();
});

interface Asked {
  readonly id?: string;
  readonly sites?: readonly string[];
  readonly headers?: Record<string, string>;
}

const get = (path: string, role: Role, { id = "somebody", sites = [], headers = {} }: Asked = {}) =>
  app.inject({ url: path, headers: { authorization: `Bearer ${tokenFor(role, id, sites)}`, ...headers } });

const orderPath = (name: string) => `/api/orders/${idFor(name)}`;
const buyer = { id: CUSTOMER };
const baker = { sites: ["bakery-mitte"] };

describe("an order", () => {
  test("is shown to its buyer with contact, position and age", async () => {
    const answer = await get(orderPath("preparing"), "customer", buyer);
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({ status: "preparing", number: idFor("preparing").slice(0, 6).toUpperCase() });
    expect(answer.json().contact).toEqual(CONTACT);
    expect(answer.headers).toMatchObject({ "x-source": "read-model", "x-age-ms": "0" });
    expect(answer.headers["x-position"]).toBe(position);
    expect(answer.headers).not.toHaveProperty("x-stale");
  });

  test.each<[Role, Asked, number, boolean]>([
    ["customer", { id: OTHER }, 403, false],
    ["guest", {}, 403, false],
    ["kitchen", baker, 200, false],
    ["kitchen", { sites: ["restaurant-mitte"] }, 403, false],
    ["courier", { id: COURIER }, 200, true],
    ["courier", { id: OTHER }, 403, false],
    ["support", {}, 200, true],
    ["admin", {}, 200, true],
    ["analyst", {}, 403, false],
    ["operator", {}, 403, false],
  ])("asked for by a %s (%o) answers %d, contact shown: %s", async (role, asked, status, contact) => {
    const answer = await get(orderPath("preparing"), role, asked);
    expect(answer.statusCode).toBe(status);
    expect(answer.json().contact !== undefined).toBe(contact);
  });

  test("keeps its contact from the courier once it is delivered", async () => {
    const answer = await get(orderPath("delivered"), "courier", { id: COURIER });
    expect([answer.statusCode, answer.json().contact]).toEqual([200, undefined]);
  });

  test("is not shown to anybody without a token", async () => {
    expect((await app.inject({ url: orderPath("preparing") })).statusCode).toBe(401);
  });

  test("is sent once for a revision", async () => {
    const first = await get(orderPath("preparing"), "customer", buyer);
    const etag = String(first.headers.etag);
    expect(etag).toBe(`"${preparing.length - 1}"`);
    const again = await get(orderPath("preparing"), "customer", { ...buyer, headers: { "if-none-match": etag } });
    expect([again.statusCode, again.body]).toEqual([304, ""]);
    const other = await get(orderPath("preparing"), "customer", { id: OTHER, headers: { "if-none-match": etag } });
    expect(other.statusCode).toBe(403);
  });

  test("that nobody has placed is a problem, and so is what is no id", async () => {
    const unknown = await get(`/api/orders/${OTHER}`, "support");
    expect([unknown.statusCode, unknown.json().code]).toEqual([404, "order_not_found"]);
    expect((await get("/api/orders/nonsense", "support")).json().code).toBe("invalid_request");
    const asked = { headers: { "x-position": "soon" } };
    expect((await get(orderPath("preparing"), "support", asked)).json().code).toBe("invalid_request");
  });
});

describe("reading one's own writes", () => {
  test("waits until the read model shows what was written", async () => {
    const stream = orderOf("written", until("payment_confirmed"));
    for (const [index, event] of stream.entries()) {
      const expected = index === 0 ? "no_stream" : BigInt(index - 1);
      const { position: written } = await engines.store.append(event.stream, [storable(event)], expected);
      const answer = await get(`${orderPath("written")}?after=${written.commit}`, "customer", buyer);
      expect(answer.json()).toMatchObject({ revision: String(index) });
      expect(BigInt(String(answer.headers["x-position"]))).toBeGreaterThanOrEqual(written.commit);
    }
  });

  test("works by header as well, for every read model", async () => {
    const head = (await engines.store.head())?.commit.toString() ?? "";
    for (const path of [
      "/api/orders",
      "/api/sites",
      "/api/sites/bakery-mitte/menu",
      "/api/sites/bakery-mitte/kitchen",
    ]) {
      const answer = await get(path, "admin", { headers: { "x-position": head } });
      expect(answer.headers).not.toHaveProperty("x-stale");
      expect(BigInt(String(answer.headers["x-position"]))).toBeGreaterThanOrEqual(BigInt(head));
    }
  });

  test("with the projection stopped, a buyer's order is told from the event store, and other answers say that they are old", async () => {
    await projecting.stop("orders");
    const fresh = orderOf("placed while stopped", until("stock_reserved"));
    const more = [happened.processing(), happened.paid()];
    const longer = orderOf("written", [...until("payment_confirmed"), ...more]).slice(-more.length);
    await engines.store.append(fresh[0]?.stream ?? "", fresh.map(storable), "no_stream");
    const { position: newest } = await engines.store.append(
      longer[0]?.stream ?? "",
      longer.map(storable),
      (longer[0]?.revision ?? 0n) - 1n,
    );

    const own = await get(orderPath("placed while stopped"), "customer", buyer);
    expect(own.headers).toMatchObject({ "x-source": "event-store" });
    expect(own.json()).toMatchObject({ status: "stock_reserved", revision: "1", contact: CONTACT });
    expect((await get(orderPath("placed while stopped"), "customer", { id: OTHER })).statusCode).toBe(403);

    const caught = await get(`${orderPath("written")}?after=${newest.commit}`, "customer", buyer);
    expect(caught.headers).toMatchObject({ "x-source": "event-store", "x-position": newest.commit.toString() });
    expect(caught.json().revision).toBe(longer.at(-1)?.revision.toString());

    const list = await get(`/api/orders?after=${newest.commit}`, "customer", buyer);
    expect(list.headers).toMatchObject({ "x-stale": "true" });
    now += 90_000;
    await eventually(async () => {
      const kitchen = await get("/api/sites/bakery-mitte/kitchen", "kitchen", baker);
      expect(Number(kitchen.headers["x-age-ms"])).toBeGreaterThanOrEqual(90_000);
    });
    await projecting.start(ordersProjection);
    await eventually(async () => {
      const again = await get(orderPath("placed while stopped"), "customer", buyer);
      expect(again.headers).toMatchObject({ "x-source": "read-model", "x-age-ms": "0" });
    });
  });

  test("an order whose stream was set aside is told from the event store", async () => {
    await engines.pool.query(
      `INSERT INTO runner.parked (consumer, stream, event_id, revision, commit, prepare, type, payload, failure_type,
         failure_class, message, stack, attempts, first_failed_at, last_failed_at)
       VALUES ('orders_g1', $1, gen_random_uuid(), 99, 1, 1, 'x', '{}', 'x', 'data', '', '', 1, now(), now())`,
      [`order-${idFor("delivered")}`],
    );
    const answer = await get(orderPath("delivered"), "customer", buyer);
    expect(answer.headers).toMatchObject({ "x-source": "event-store" });
    await engines.pool.query("DELETE FROM runner.parked");
  });

  test("with the database away, an order is still told, and what cannot be told is 503", async () => {
    const pool = createPool("postgresql://nobody:x@127.0.0.1:1/none", { applicationName: "test", max: 1 });
    const found = await locateOrder(servicesOver({ pool, store: engines.store }, clock, keys), idFor("delivered"));
    expect(found).toMatchObject({ source: "event-store", revision: BigInt(delivered.length - 1) });
    const away = { many: () => Promise.reject(new KeysUnavailableError("away")) };
    const without = apiOver({ ...servicesOver({ pool, store: engines.store }, clock, keys), keys: away });
    const headers = { authorization: `Bearer ${tokenFor("customer", CUSTOMER)}` };
    const order = await without.inject({ url: orderPath("delivered"), headers });
    expect([order.statusCode, order.json().status]).toEqual([200, "delivered"]);
    const sites = await without.inject({ url: "/api/sites", headers });
    expect([sites.statusCode, sites.json().code, sites.headers["retry-after"]]).toEqual([503, "unavailable", "2"]);
    await without.close();
    await pool.end();
  });
});

describe("an order's timeline", () => {
  test("says what happened, in pages", async () => {
    const path = `${orderPath("delivered")}/timeline`;
    const events: { revision: string; sentence: string; hash: string }[] = [];
    for (let cursor = ""; ; ) {
      const page = (await get(`${path}?limit=6${cursor}`, "support")).json();
      events.push(...page.events);
      if (page.next === undefined) break;
      cursor = `&cursor=${page.next}`;
    }
    expect(events.map(({ revision }) => revision)).toEqual(delivered.map((_, index) => String(index)));
    expect(events.map(({ hash }) => hash)).toEqual(delivered.map(({ metadata }) => metadata.hash));
    expect(events.at(-1)?.sentence).toBe("The courier delivered the order.");
    expect(JSON.stringify(events)).not.toContain(CONTACT.name);
  });

  test("is for support and admins", async () => {
    expect((await get(`${orderPath("delivered")}/timeline`, "customer", buyer)).statusCode).toBe(403);
  });
});

describe("an order's integrity", () => {
  test("is recomputed from the event store and compared with the witness", async () => {
    const last = delivered.at(-1);
    await eventually(async () => {
      const answer = await get(`${orderPath("delivered")}/integrity`, "analyst");
      expect(answer.json()).toEqual({
        verified: true,
        events: delivered.length,
        findings: [],
        head: { revision: last?.revision.toString(), hash: last?.metadata.hash },
        witnessed: last?.revision.toString(),
      });
    });
    expect((await get(`/api/orders/${OTHER}/integrity`, "analyst")).statusCode).toBe(404);
    expect((await get(`${orderPath("delivered")}/integrity`, "customer", buyer)).statusCode).toBe(403);
  });
});

describe("lists of orders", () => {
  const ids = (answer: { json(): { orders: { orderId: string }[] } }) => answer.json().orders.map((one) => one.orderId);

  test("show everybody what they may see", async () => {
    const all = ids(await get("/api/orders", "support"));
    expect(all.length).toBe(5);
    expect(ids(await get("/api/orders", "customer", buyer)).sort()).toEqual(all.toSorted());
    expect(ids(await get("/api/orders", "customer", { id: OTHER }))).toEqual([]);
    expect(ids(await get("/api/orders", "guest"))).toEqual([]);
    expect(ids(await get("/api/orders", "kitchen", baker)).sort()).toEqual(all.toSorted());
    expect(ids(await get("/api/orders", "kitchen", { sites: [] }))).toEqual([]);
    expect((await get("/api/orders?siteId=bakery-mitte", "kitchen", { sites: ["restaurant-mitte"] })).statusCode).toBe(
      403,
    );
    expect(ids(await get("/api/orders?status=preparing", "admin"))).toEqual([idFor("preparing")]);
    expect((await get("/api/orders", "operator")).statusCode).toBe(403);
  });

  test("are paged by a cursor, at most 100 at a time", async () => {
    const seen: string[] = [];
    for (let cursor = ""; ; ) {
      const answer = await get(`/api/orders?limit=2${cursor}`, "admin");
      seen.push(...ids(answer));
      if (answer.json().next === undefined) break;
      cursor = `&cursor=${answer.json().next}`;
    }
    expect(new Set(seen).size).toBe(5);
    expect((await get("/api/orders?limit=101", "admin")).statusCode).toBe(400);
    expect((await get("/api/orders?cursor=nonsense", "admin")).json().code).toBe("invalid_request");
  });
});

describe("sites", () => {
  test("are listed without their menus, and shown with them", async () => {
    const { sites } = (await get("/api/sites", "guest")).json();
    expect(sites.map((one: { siteId: string }) => one.siteId)).toEqual([
      "bakery-mitte",
      "dark-store-mitte",
      "restaurant-mitte",
    ]);
    expect(sites[0]).not.toHaveProperty("menu");
    const answer = await get("/api/sites/bakery-mitte", "guest");
    expect(answer.json()).toMatchObject({ name: "The new bakery", menu: ["carrot-cake", "tart", "bread", "soup"] });
    const etag = String(answer.headers.etag);
    expect((await get("/api/sites/bakery-mitte", "guest", { headers: { "if-none-match": etag } })).statusCode).toBe(
      304,
    );
    expect((await get("/api/sites/nowhere", "guest")).json().code).toBe("site_unknown");
  });

  test("have a menu of what is sold, with what is in stock", async () => {
    const stock = (await get("/api/sites/bakery-mitte/availability", "guest")).json().stock;
    const { items, openState } = (await get("/api/sites/bakery-mitte/menu", "guest")).json();
    expect(openState).toBe("open");
    expect(items.map((one: { sku: string }) => one.sku)).toEqual(["carrot-cake", "tart", "bread"]);
    for (const { sku, available } of items) {
      expect(stock.find((one: { sku: string }) => one.sku === sku).available).toBe(available);
    }
    const first = (await get("/api/sites/bakery-mitte/menu?limit=1", "guest")).json();
    const second = (await get(`/api/sites/bakery-mitte/menu?limit=1&cursor=${first.next}`, "guest")).json();
    expect([first.items[0].sku, second.items[0].sku]).toEqual(["carrot-cake", "tart"]);
    const elsewhere = (await get("/api/sites/restaurant-mitte/menu", "guest")).json();
    expect(elsewhere.items.every((one: { available: number }) => one.available === 0)).toBe(true);
  });

  test("tell what is on hand and reserved only to those who keep the stock", async () => {
    const path = "/api/sites/bakery-mitte/availability";
    expect((await get(path, "guest")).json().stock[0]).not.toHaveProperty("onHand");
    expect((await get(path, "kitchen", baker)).json().stock[0]).toHaveProperty("onHand");
  });
});

describe("a kitchen's queue", () => {
  const path = "/api/sites/bakery-mitte/kitchen";
  const tickets = async (role: Role, asked: Asked = {}) =>
    (await get(path, role, asked)).json().tickets as { orderId: string; status: string; lines: { note?: string }[] }[];

  test("has the tickets in work with notes opened for the site's own staff", async () => {
    const own = await tickets("kitchen", baker);
    const one = own.find(({ orderId }) => orderId === idFor("preparing"));
    expect(one).toMatchObject({ status: "working", lines: [{ note: "Happy birthday, Zoë" }] });
    expect(own.some(({ orderId }) => orderId === idFor("delivered"))).toBe(false);
    const seen = await tickets("support");
    expect(seen.length).toBe(own.length);
    expect(JSON.stringify(seen)).not.toMatch(/Zoë|sealed|"ct"/);
    expect((await get(path, "kitchen", { sites: ["restaurant-mitte"] })).statusCode).toBe(403);
    expect((await get(path, "customer", buyer)).statusCode).toBe(403);
  });

  test("keeps a cancelled ticket for half an hour of business time", async () => {
    const isShown = async () => (await tickets("kitchen", baker)).some(({ orderId }) => orderId === idFor("cancelled"));
    const cancelledAt = Date.parse(cancelled.at(-1)?.metadata.at ?? "");
    const later = now;
    now = cancelledAt + 30 * 60_000 - 1;
    expect(await isShown()).toBe(true);
    now = cancelledAt + 30 * 60_000 + 1;
    expect(await isShown()).toBe(false);
    now = later;
  });
});

describe("the API's description", () => {
  test("is made of the routes' schemas", async () => {
    let scope: FastifyInstance | undefined;
    const described = apiOver(servicesOver(engines, clock, keys), async (root) => {
      scope = root;
      await root.register(swagger, {
        openapi: { openapi: "3.1.0", info: { title: "Ordertrail", version: "1" } },
        transform: jsonSchemaTransform,
      });
    });
    await described.ready();
    const paths = scope?.swagger().paths;
    expect(Object.keys(paths ?? {}).sort()).toEqual([
      "/api/couriers/{courierId}",
      "/api/orders",
      "/api/orders/{orderId}",
      "/api/orders/{orderId}/integrity",
      "/api/orders/{orderId}/timeline",
      "/api/sites",
      "/api/sites/{siteId}",
      "/api/sites/{siteId}/availability",
      "/api/sites/{siteId}/kitchen",
      "/api/sites/{siteId}/menu",
    ]);
    expect(paths?.["/api/orders/{orderId}"]?.get?.responses).toHaveProperty("200");
    await described.close();
  });
});

describe("a courier", () => {
  test("sees their own shift and order, and nobody else's", async () => {
    const id = idFor("courier-1");
    const own = await get(`/api/couriers/${id}`, "courier", { id });
    expect(own.json()).toEqual({ courierId: id, onShift: true, city: "berlin", orderId: idFor("order-1") });
    expect((await get(`/api/couriers/${id}`, "courier", { id: OTHER })).statusCode).toBe(403);
    expect((await get(`/api/couriers/${OTHER}`, "courier", { id: OTHER })).json()).toEqual({
      courierId: OTHER,
      onShift: false,
    });
  });
});
