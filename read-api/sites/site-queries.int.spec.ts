import swagger from "@fastify/swagger";
import type { FastifyInstance } from "fastify";
import { jsonSchemaTransform } from "fastify-type-provider-zod";
import { describe, expect, test } from "vitest";
import { deliveryPins } from "../../domain/order/delivery-pin.ts";
import type { OrderEvent } from "../../domain/order/events.ts";
import type { Role } from "../../infra/auth/principal.ts";
import { eventually } from "../../infra/consumers/testing/engines.ts";
import { inTransaction } from "../../infra/postgres/pool.ts";
import { couriersProjection } from "../../projections/couriers/projection.ts";
import { liveSchemas } from "../../projections/runner/generations.ts";
import type { TopicMessage } from "../../projections/runner/topic-message.ts";
import type { CourierWork } from "../../projections/views.ts";
import { chained } from "../../test/fixtures/chained.ts";
import { CONTACT, happened, until } from "../../test/fixtures/order-examples.ts";
import { appendMixed, idFor } from "../../test/fixtures/read-history.ts";
import {
  type Asked,
  baker,
  buyer,
  cancelled,
  keys,
  OTHER,
  orderOf,
  orderPath,
  readWorldOfFile,
} from "../../test/fixtures/read-world.ts";
import { courierTopics } from "../couriers/courier-topics.ts";
import { apiOver, SEARCH_KEY, servicesOver } from "../testing-api.ts";

const { world, get } = readWorldOfFile();

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

  test("tells how old each ticket is, and is sent once while only that changes", async () => {
    const answer = await get(path, "kitchen", baker);
    const [ticket] = answer.json().tickets;
    const age = Math.floor((world().clock.time - Date.parse(ticket.receivedAt)) / 1_000);
    expect(ticket).toMatchObject({ ageSeconds: age, promisedAt: expect.any(String) });
    expect(answer.headers).toMatchObject({ "x-position": world().position, "x-age-ms": "0" });
    world().clock.time += 2_000;
    const headers = { "if-none-match": String(answer.headers.etag) };
    expect((await get(path, "kitchen", { ...baker, headers })).statusCode).toBe(304);
    expect((await get(path, "support", { headers })).statusCode).toBe(200);
    world().clock.time -= 2_000;
  });

  test("keeps a cancelled ticket for half an hour of business time", async () => {
    const isShown = async () => (await tickets("kitchen", baker)).some(({ orderId }) => orderId === idFor("cancelled"));
    const cancelledAt = Date.parse(cancelled.at(-1)?.metadata.at ?? "");
    const later = world().clock.time;
    world().clock.time = cancelledAt + 30 * 60_000 - 1;
    expect(await isShown()).toBe(true);
    world().clock.time = cancelledAt + 30 * 60_000 + 1;
    expect(await isShown()).toBe(false);
    world().clock.time = later;
  });
});

describe("the API's description", () => {
  test("is made of the routes' schemas", async () => {
    let scope: FastifyInstance | undefined;
    const described = apiOver(servicesOver(world().engines, world().clock, keys), async (root) => {
      scope = root;
      await root.register(swagger, {
        openapi: { openapi: "3.1.0", info: { title: "Ordertrail", version: "1" } },
        transform: jsonSchemaTransform,
      });
    });
    await described.ready();
    const paths = scope?.swagger().paths;
    const found = Object.keys(paths ?? {});
    const expected = [
      "/api/analytics/orders",
      "/api/analytics/refusals",
      "/api/analytics/steps",
      "/api/analytics/stock-outs",
      "/api/availability",
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
    ];
    expect(found).toEqual(expect.arrayContaining(expected));
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

const OFFERED = idFor("asked courier");
const CARRYING = idFor("carrying courier");
const RIDING = idFor("riding courier");

const workOf = async (id: string): Promise<CourierWork> => {
  const answer = await get(`/api/couriers/${id}/work`, "courier", { id });
  expect(answer.statusCode, answer.body).toBe(200);
  return answer.json();
};

/** A courier on shift with a claim on an order that is as far as these events. */
async function claimed(courierId: string, name: string, events: readonly OrderEvent[]): Promise<void> {
  const orderId = idFor(name);
  const courier = chained(`courier-${courierId}`, [
    { type: "courier.shift_started", data: { city: "berlin" } },
    { type: "courier.claimed", data: { orderId, attempt: 1 } },
  ]);
  await appendMixed(world().engines.store, [orderOf(name, events), courier], 3);
  await eventually(async () => {
    if ((await workOf(courierId)).job === undefined) throw new Error("not seen yet");
  });
}

test("an offer tells where from, how far and how much, and neither to whom nor what", async () => {
  await claimed(OFFERED, "offered to one", [...until("preparing"), happened.assigned(1, OFFERED)]);
  const { job, ...shift } = await workOf(OFFERED);
  expect(shift).toMatchObject({ courierId: OFFERED, onShift: true, city: "berlin", at: "2026-11-21T06:30:00.000Z" });
  expect(job).toMatchObject({
    orderId: idFor("offered to one"),
    stage: "offered",
    ready: false,
    parts: 1,
    pickups: [{ siteId: "bakery-mitte", name: expect.any(String), ready: false }],
    way: { metres: expect.any(Number), minutes: expect.any(Number) },
  });
  expect(job?.acceptBy).toBeDefined();
  expect(JSON.stringify(job)).not.toContain(CONTACT.name);
  expect(job).not.toHaveProperty("dropOff");
  expect(job).not.toHaveProperty("carry");
});

test("the PIN is told to the buyer and to support, and only while the order is on its way to the door", async () => {
  const pinOf = async (name: string, role: Role, asked: Asked = {}) => {
    const answer = await get(`${orderPath(name)}/pin`, role, asked);
    expect(answer.statusCode === 403 || answer.headers["cache-control"] === "private, no-store").toBe(true);
    return answer.statusCode === 200 ? answer.json() : answer.statusCode;
  };
  await claimed(RIDING, "brought by one", [
    ...until("ready"),
    happened.assigned(1, RIDING),
    happened.driverAccepted(RIDING),
    happened.pickedUp(RIDING),
  ]);
  const pin = deliveryPins(SEARCH_KEY)(idFor("brought by one"));
  await expect.poll(() => pinOf("brought by one", "customer", buyer)).toEqual({ pin });
  expect(await pinOf("brought by one", "support")).toEqual({ pin });
  expect(await pinOf("brought by one", "customer", { id: OTHER })).toBe(403);
  for (const role of ["guest", "courier", "kitchen", "admin", "analyst"] as const) {
    expect(await pinOf("brought by one", role, { id: RIDING, sites: ["bakery-mitte"] })).toBe(403);
  }
  for (const name of ["preparing", "delivered", "cancelled"]) {
    expect(await pinOf(name, "customer", buyer)).toEqual({});
  }
});

test("from acceptance on it tells to whom and what, and after the delivery nothing any more", async () => {
  const accepted = [happened.assigned(1, CARRYING), happened.driverAccepted(CARRYING)];
  await claimed(CARRYING, "carried by one", [...until("preparing"), ...accepted]);
  const { job } = await workOf(CARRYING);
  expect(job).toMatchObject({
    stage: "accepted",
    dropOff: CONTACT,
    carry: [{ quantity: { amount: 2, unit: "each" } }],
  });
  expect(job).not.toHaveProperty("acceptBy");

  const done = idFor("done courier");
  const { store } = world().engines;
  const stream = chained(`courier-${done}`, [
    { type: "courier.shift_started", data: { city: "berlin" } },
    { type: "courier.claimed", data: { orderId: idFor("delivered"), attempt: 1 } },
  ]);
  await appendMixed(store, [stream], 1);
  await eventually(async () => {
    if (!(await workOf(done)).onShift) throw new Error("not seen yet");
  });
  expect(await workOf(done)).not.toHaveProperty("job");
});

test("work is told to the courier themselves alone, and so is their topic", async () => {
  expect((await get(`/api/couriers/${OFFERED}/work`, "courier", { id: OTHER })).statusCode).toBe(403);
  expect((await get(`/api/couriers/${OFFERED}/work`, "operator")).statusCode).toBe(403);
  expect(await workOf(OTHER)).toMatchObject({ courierId: OTHER, onShift: false });

  const { pool } = world().engines;
  const topics = courierTopics({ pool, schemas: liveSchemas(pool) });
  const topic = `courier.${OFFERED}`;
  const principal = (id: string) => ({ role: "courier", id, sites: [] }) as const;
  expect(await topics.authorize(principal(OFFERED), topic)).toBe(true);
  expect(await topics.authorize(principal(OTHER), topic)).toBe(false);
  expect(await topics.authorize({ role: "operator", id: OFFERED, sites: [] }, topic)).toBe(false);
  expect(await topics.authorize(principal("x"), "courier.x")).toBe(false);
  const snapshot = await topics.snapshot(topic, principal(OFFERED));
  expect(snapshot).toMatchObject({ epoch: "couriers:1", data: { onShift: true, orderId: idFor("offered to one") } });
  expect((await topics.heads([topic])).get(topic)?.version).toBe(snapshot?.version);
});

test("a courier's topic hears of each claim, with the version before", async () => {
  const { pool } = world().engines;
  const heard: TopicMessage[] = [];
  const id = idFor("watched courier");
  const events = chained(`courier-${id}`, [
    { type: "courier.shift_started", data: { city: "berlin" } },
    { type: "courier.claimed", data: { orderId: idFor("x"), attempt: 1 } },
  ]);
  await inTransaction(pool, async (tx) => {
    await tx.query(`CREATE SCHEMA told_couriers; ${couriersProjection.create("told_couriers")}`);
    const outbox = { publish: async (messages: readonly TopicMessage[]) => void heard.push(...messages) };
    for (const event of events) {
      await couriersProjection.handle([event], { tx, schema: "told_couriers", epoch: "couriers:7", outbox });
    }
  });
  expect(heard).toMatchObject([
    { topic: `courier.${id}`, epoch: "couriers:7", version: "0", prev: null, data: { onShift: true } },
    { version: "1", prev: "0", data: { onShift: true, orderId: idFor("x") }, at: events[1]?.metadata.at },
  ]);
});

test("cities are those with a site", async () => {
  const answer = await get("/api/cities", "courier");
  expect(answer.json().cities.length).toBeGreaterThan(0);
  const tag = String(answer.headers.etag);
  expect((await get("/api/cities", "guest", { headers: { "if-none-match": tag } })).statusCode).toBe(304);
});
