import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SAMPLE_SITES } from "../../cli/sample-data.ts";
import { fingerprint, orderIdFor } from "../../domain/chain/ids.ts";
import { readConfig } from "../../infra/config.ts";
import { createEventStore } from "../../infra/event-store/client.ts";
import type { EventStore } from "../../infra/event-store/port.ts";
import { fingerprintKey } from "../../infra/keys/installation-keys.ts";
import { startSystem, type TestSystem } from "../system.ts";
import { Caller, cakeOrder } from "./caller.ts";

let system: TestSystem;
let store: EventStore;
let admin: Caller;

beforeAll(async () => {
  system = await startSystem();
  store = createEventStore({ url: system.addresses.EVENTSTORE_URL ?? "", timeoutMs: 5_000 });
  admin = await Caller.as(system.url, "admin");
});

afterAll(async () => {
  await store?.close();
  await system?.stop();
});

/** Asks until the order's stream holds an event of this type for the n-th time. */
async function happened(orderId: string, type: string, nth = 1) {
  for (let tries = 0; tries < 400; tries++) {
    const found = (await store.readStream(`order-${orderId}`)).filter((event) => event.type === type)[nth - 1];
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const types = (await store.readStream(`order-${orderId}`)).map((event) => event.type);
  throw new Error(`${type} has not happened to order ${orderId}: ${types.join(", ")}`);
}

describe("placing an order", () => {
  test("answers with id, revision and position, and the same again for the same key", async () => {
    const guest = await Caller.as(system.url, "guest");
    const key = { "idempotency-key": randomUUID() };
    const first = await guest.post("/api/orders", cakeOrder(), key);
    expect(first).toMatchObject({ status: 201, body: { revision: "0", status: "stock_reserved" } });
    expect(first.headers.get("etag")).toMatch(/^"\d+"$/);
    await happened(String(first.body.id), "payment.confirmed");
    const again = await guest.post("/api/orders", cakeOrder(), key);
    const { id, revision, position } = first.body;
    expect(again).toMatchObject({ status: 200, body: { id, revision, position } });
    expect(BigInt(again.headers.get("x-position") ?? 0)).toBeGreaterThan(BigInt(String(position)));
    expect(["payment_confirmed", "restaurant_notified"]).toContain(again.body.status);
  });

  test("refuses a key that was used for another body, and gives another caller another order", async () => {
    const [one, two] = [await Caller.as(system.url, "guest"), await Caller.as(system.url, "guest")];
    const key = { "idempotency-key": "shared-key" };
    const first = await one.post("/api/orders", cakeOrder(), key);
    const other = await one.post("/api/orders", cakeOrder({ lines: [{ sku: "cheesecake", quantity: 1 }] }), key);
    expect(other).toMatchObject({ status: 422, body: { code: "idempotency_key_reused" } });
    const elsewhere = await two.post("/api/orders", cakeOrder(), key);
    expect(elsewhere.status).toBe(201);
    expect(elsewhere.body.id).not.toBe(first.body.id);
  });

  test("computes the total from the catalogue and seals what is personal", async () => {
    const guest = await Caller.as(system.url, "guest");
    const { body } = await guest.post("/api/orders", cakeOrder({ total: { amount: 1, currency: "EUR" } }));
    const [placed] = await store.readStream(`order-${body.id}`);
    expect(placed?.data).toMatchObject({ total: { amount: 3450 + 290, currency: "EUR" }, contact: { alg: "A256GCM" } });
    expect(JSON.stringify([placed?.data, placed?.metadata])).not.toMatch(/Maya|Torstr|Zoë/);
  });

  test("records an order for something that is sold out in one append and answers out_of_stock", async () => {
    const guest = await Caller.as(system.url, "guest");
    const answer = await guest.post("/api/orders", cakeOrder({ lines: [{ sku: "raspberry-tart", quantity: 1 }] }));
    expect(answer).toMatchObject({ status: 201, body: { status: "out_of_stock", revision: "1" } });
    const events = await store.readStream(`order-${answer.body.id}`);
    expect(events.map(({ type }) => type)).toEqual(["order.placed", "order.out_of_stock"]);
  });

  test("records an order that reaches a closed site as rejected at closing time", async () => {
    const siteId = `night-${randomUUID().slice(0, 8)}`;
    const site = {
      siteId,
      kind: "bakery",
      name: "Night",
      city: "Berlin",
      timeZone: "Europe/Berlin",
      hours: {},
      menu: ["cheesecake"],
    };
    expect((await admin.post("/api/sites", { ...site, position: { lat: 0, lon: 0 } })).status).toBe(201);
    const guest = await Caller.as(system.url, "guest");
    const answer = await guest.post("/api/orders", cakeOrder({ siteId, lines: [{ sku: "cheesecake", quantity: 1 }] }));
    expect(answer).toMatchObject({ status: 201, body: { status: "restaurant_rejected" } });
  });

  test.each([
    ["no key", {}, { "idempotency-key": "" }, 400, "idempotency_key_missing"],
    ["no lines", { lines: [] }, {}, 400, "invalid_request"],
    ["a quantity of nothing", { lines: [{ sku: "cheesecake", quantity: 0 }] }, {}, 400, "invalid_request"],
    ["an unknown item", { lines: [{ sku: "moon-cake", quantity: 1 }] }, {}, 422, "lines_invalid"],
    ["an unknown site", { siteId: "nowhere" }, {}, 404, "site_unknown"],
    ["no contact", { contact: undefined }, {}, 404, "customer_unknown"],
    ["a NUL", { contact: { name: "Ma\0ya" } }, {}, 400, "invalid_request"],
    ["a lone surrogate", { contact: { name: "\ud800" } }, {}, 400, "invalid_request"],
  ])("answers %s with a problem and stores nothing", async (_what, more, headers, status, code) => {
    const guest = await Caller.as(system.url, "guest");
    const key = randomUUID();
    const answer = await guest.post("/api/orders", cakeOrder(more), { "idempotency-key": key, ...headers });
    expect(answer).toMatchObject({ status, body: { code, status } });
    expect(answer.headers.get("content-type")).toMatch("application/problem+json");
    expect(String(answer.body.detail)).not.toBe("");
    expect(await store.readStream(`order-${orderIdFor(`guest:${guest.id}`, key)}`)).toEqual([]);
  });

  test("answers broken JSON, a wrong type of content and an unknown path with problems", async () => {
    const guest = await Caller.as(system.url, "guest");
    expect(await guest.post("/api/orders", '{"siteId":')).toMatchObject({
      status: 400,
      body: { code: "invalid_request" },
    });
    expect(await guest.post("/api/orders", "x", { "content-type": "text/csv" })).toMatchObject({ status: 415 });
    expect(await guest.get("/api/nothing")).toMatchObject({ status: 404, body: { code: "not_found" } });
  });
});

describe("stock", () => {
  test("that is as it was asked for answers with the position at which it is so", async () => {
    const kitchen = await Caller.as(system.url, "kitchen", { sites: ["sweet-crumbs"] });
    const count = () => kitchen.post("/api/sites/sweet-crumbs/stock/count", { sku: "cheesecake", onHand: 100 });
    const [first, again] = [await count(), await count()];
    expect(again).toMatchObject({ status: 200, body: { status: "recorded" } });
    expect(BigInt(String(again.body.position))).toBeGreaterThanOrEqual(BigInt(String(first.body.position)));
  });
});

describe("who may do what", () => {
  test("nobody without a token, and nobody beyond their role", async () => {
    expect(await Caller.nobody(system.url).post("/api/orders", cakeOrder())).toMatchObject({
      status: 401,
      body: { code: "unauthenticated" },
    });
    const kitchen = await Caller.as(system.url, "kitchen", { sites: ["trattoria-lina"] });
    expect(await kitchen.post("/api/orders", cakeOrder())).toMatchObject({ status: 403, body: { code: "forbidden" } });
    const guest = await Caller.as(system.url, "guest");
    const { body } = await guest.post("/api/orders", cakeOrder());
    await happened(String(body.id), "restaurant.notified");
    expect(await kitchen.post(`/api/orders/${body.id}/fulfilments/1.1/accept`, undefined)).toMatchObject({
      status: 403,
    });
    const stranger = await Caller.as(system.url, "guest");
    expect(await stranger.post(`/api/orders/${body.id}/cancel`, {})).toMatchObject({ status: 403 });
  });

  test("an admin orders by phone for a known customer, in whose name it is recorded", async () => {
    const registered = await admin.post("/api/customers", { contact: { name: "Frau Özdemir", phone: "+49301234567" } });
    expect(registered.status).toBe(201);
    const customerId = String(registered.body.id);
    const { contact: _, ...order } = cakeOrder({ customerId });
    const placed = await admin.post("/api/phone-orders", order);
    expect(placed.status).toBe(201);
    const [event] = await store.readStream(`order-${placed.body.id}`);
    expect(event).toMatchObject({
      data: { channel: "phone", customerId },
      metadata: { actor: { type: "admin", id: admin.id, onBehalfOf: customerId } },
    });
  });

  test("support reads every order, and each reading is on record", async () => {
    const [guest, support] = [await Caller.as(system.url, "guest"), await Caller.as(system.url, "support")];
    const { body } = await guest.post("/api/orders", cakeOrder());
    expect(await guest.get(`/api/orders/${body.id}`)).toMatchObject({ status: 200 });
    expect(await store.readStream(`access-${body.id}`)).toEqual([]);
    expect(await support.get(`/api/orders/${body.id}`)).toMatchObject({
      status: 200,
      body: { contact: { name: "Maya" } },
    });
    expect(await support.get(`/api/orders/${body.id}/timeline`)).toMatchObject({ status: 200 });
    const readings = await store.readStream(`access-${body.id}`);
    expect(readings.map(({ type, data, metadata }) => [type, data, metadata.actor])).toEqual([
      ["access.read", { orderId: body.id, what: "order" }, { type: "support", id: support.id }],
      ["access.read", { orderId: body.id, what: "timeline" }, { type: "support", id: support.id }],
    ]);
  });
});

describe("an order's way", () => {
  test("a courier who declines and hears no answer is answered as the first time", async () => {
    const guest = await Caller.as(system.url, "guest");
    const kitchen = await Caller.as(system.url, "kitchen", { sites: ["sweet-crumbs"] });
    const courier = await Caller.as(system.url, "courier");
    expect((await courier.post(`/api/couriers/${courier.id}/shift/start`, { city: "Ber\0lin" })).status).toBe(400);
    await courier.post(`/api/couriers/${courier.id}/shift/start`, { city: "Berlin" });
    const { body } = await guest.post("/api/orders", cakeOrder());
    const orderId = String(body.id);
    await happened(orderId, "restaurant.notified");
    await kitchen.post(`/api/orders/${orderId}/fulfilments/1.1/accept`, undefined);
    await happened(orderId, "driver.assigned");
    const key = { "idempotency-key": randomUUID() };
    const first = await courier.post(`/api/orders/${orderId}/delivery/decline`, {}, key);
    expect(first.status).toBe(200);
    const { id, revision, position } = first.body;
    expect(await courier.post(`/api/orders/${orderId}/delivery/decline`, {}, key)).toMatchObject({
      status: 200,
      body: { id, revision, position },
    });
    expect(await courier.post(`/api/orders/${orderId}/delivery/accept`, {})).toMatchObject({
      status: 409,
      body: { code: "courier_not_assigned" },
    });
    await expect
      .poll(async () => (await courier.post(`/api/couriers/${courier.id}/shift/end`, {})).status, { timeout: 10_000 })
      .toBe(200);
    const cancelled = await guest.post(`/api/orders/${orderId}/cancel`, { reason: "nobody comes" });
    expect(cancelled.status).toBe(200);
    const [placed] = await store.readStream(`order-${orderId}`);
    const { metadata } = await happened(orderId, "order.cancelled");
    expect(metadata.actor).toEqual(placed?.metadata.actor);
  });

  test("needs the customer's key only where something personal is said", async () => {
    const key = await fingerprintKey(readConfig({ ORDERTRAIL_DATA: system.dataDir }));
    const guest = await Caller.as(system.url, "guest");
    const cancelled = async (body: object) => {
      const placed = await guest.post("/api/orders", cakeOrder());
      await guest.post(`/api/orders/${placed.body.id}/cancel`, body);
      return (await happened(String(placed.body.id), "order.cancelled")).metadata.fp;
    };
    expect(await cancelled({})).toBe(fingerprint(key, { command: "order.cancel", body: {} }));
    const reason = { reason: "my aunt Zoë is ill" };
    expect(await cancelled(reason)).not.toBe(fingerprint(key, { command: "order.cancel", body: reason }));
  });

  test("goes through kitchen and courier to delivered, each step once, against stale and hasty callers", async () => {
    const guest = await Caller.as(system.url, "guest");
    const kitchen = await Caller.as(system.url, "kitchen", { sites: ["sweet-crumbs"] });
    const courier = await Caller.as(system.url, "courier");
    await courier.post(`/api/couriers/${courier.id}/shift/start`, { city: "Berlin" });
    const { body } = await guest.post("/api/orders", cakeOrder());
    const orderId = String(body.id);
    const fulfilment = `/api/orders/${orderId}/fulfilments/1.1`;
    await happened(orderId, "restaurant.notified");
    expect(await kitchen.post(`${fulfilment}/ready`, undefined)).toMatchObject({
      status: 409,
      body: { code: "fulfilment_not_accepted" },
    });
    const stale = await kitchen.post(`${fulfilment}/accept`, undefined, { "if-match": '"0"' });
    expect(stale).toMatchObject({ status: 412, body: { code: "revision_mismatch" } });
    expect((await kitchen.post(`${fulfilment}/accept`, undefined)).status).toBe(200);
    for (const stage of ["preparation", "baking", "quality_check", "packaging"]) {
      expect((await kitchen.post(`${fulfilment}/stations/${stage}/start`, undefined)).status).toBe(200);
      expect((await kitchen.post(`${fulfilment}/stations/${stage}/complete`, undefined)).status).toBe(200);
    }
    expect(await guest.post(`/api/orders/${orderId}/cancel`, {})).toMatchObject({
      status: 409,
      body: { code: "cancel_too_late" },
    });
    expect((await kitchen.post(`${fulfilment}/ready`, undefined)).body).toMatchObject({ status: "ready" });
    const assigned = await happened(orderId, "driver.assigned");
    expect(assigned.data).toMatchObject({ courierId: courier.id });
    const delivery = `/api/orders/${orderId}/delivery`;
    for (const step of ["accept", "arrive"]) expect((await courier.post(`${delivery}/${step}`, {})).status).toBe(200);
    expect((await guest.get(`/api/orders/${orderId}/pin`)).body).toEqual({});
    const here = { lat: 52_500_000, lon: 13_400_000 };
    expect((await courier.post(`/api/couriers/${courier.id}/position`, here)).body).toEqual({ taken: true });
    const pickedUp = await courier.post(`${delivery}/pick-up`, {});
    expect(pickedUp.status).toBe(200);
    const seen = { "x-position": String(pickedUp.body.position) };
    const { pin } = (await guest.get(`/api/orders/${orderId}/pin`, seen)).body;
    const wrong = String((Number(pin) + 1) % 10_000).padStart(4, "0");
    expect(await courier.get(`/api/orders/${orderId}/pin`)).toMatchObject({ status: 403 });
    expect(await courier.post(`${delivery}/deliver`, { pin: wrong })).toMatchObject({
      status: 422,
      body: { code: "pin_wrong" },
    });
    expect((await courier.post(`${delivery}/deliver`, { proof: "PIN ✓" })).body).toMatchObject({
      code: "invalid_request",
    });
    const handed = await courier.post(
      `${delivery}/deliver`,
      { pin, proof: "in person" },
      { "idempotency-key": "handed" },
    );
    expect(handed.status).toBe(200);
    const repeated = await courier.post(
      `${delivery}/deliver`,
      { pin, proof: "in person" },
      { "idempotency-key": "handed" },
    );
    expect(repeated.body).toEqual(handed.body);
    await happened(orderId, "order.delivered");
    const types = (await store.readStream(`order-${orderId}`)).map(({ type }) => type);
    const once = types.filter((type) => !/^(kitchen|notification)\./.test(type));
    expect(new Set(once).size).toBe(once.length);
    const after = { "x-position": String(handed.body.position) };
    expect((await guest.get(`/api/orders/${orderId}/pin`, after)).body).toEqual({});
    expect((await courier.post(`/api/couriers/${courier.id}/shift/end`, {})).status).toBeLessThan(500);
  });

  test("cancelled after it was paid, gives the money and the stock back and tells the site", async () => {
    const guest = await Caller.as(system.url, "guest");
    const { body } = await guest.post("/api/orders", cakeOrder());
    const orderId = String(body.id);
    await happened(orderId, "restaurant.notified");
    const cancelled = await guest.post(`/api/orders/${orderId}/cancel`, { reason: "wrong address" });
    expect(cancelled).toMatchObject({ status: 200, body: { status: "cancelled" } });
    expect((await happened(orderId, "payment.refunded")).data).toMatchObject({
      amount: { amount: 3740, currency: "EUR" },
    });
    expect((await happened(orderId, "stock.released")).data).toMatchObject({ voided: false });
    expect((await happened(orderId, "order.cancelled")).data).toMatchObject({ reason: { alg: "A256GCM" } });
  });

  test("with an item that is missing goes on with what the customer allowed, and gets the difference back", async () => {
    const guest = await Caller.as(system.url, "guest");
    const kitchen = await Caller.as(system.url, "kitchen", { sites: ["sweet-crumbs"] });
    const lines = [
      { sku: "birthday-cake", quantity: 1, substitutes: ["sourdough-loaf"] },
      { sku: "butter-croissant", quantity: 2 },
    ];
    const orderId = String((await guest.post("/api/orders", cakeOrder({ lines }))).body.id);
    const fulfilment = `/api/orders/${orderId}/fulfilments/1.1`;
    await happened(orderId, "restaurant.notified");
    expect((await kitchen.post(`${fulfilment}/accept`, undefined)).status).toBe(200);
    expect(await kitchen.post(`${fulfilment}/items/lasagne/unavailable`, undefined)).toMatchObject({
      status: 404,
      body: { code: "item_unknown" },
    });
    const missing = `${fulfilment}/items/birthday-cake/unavailable`;
    expect((await kitchen.post(missing, undefined, { "if-match": '"0"' })).status).toBe(412);
    expect((await kitchen.post(missing, undefined)).status).toBe(200);
    expect((await happened(orderId, "order.line_substituted")).data).toMatchObject({
      substitute: { sku: "sourdough-loaf", price: { amount: 590 } },
      refund: { amount: 2860 },
    });
    expect((await happened(orderId, "payment.refunded")).data).toMatchObject({ amount: { amount: 2860 } });
    const { body } = await guest.get(`/api/orders/${orderId}`);
    expect(body).toMatchObject({ status: "restaurant_accepted", fulfilments: [{ lines: [{}, {}] }] });
    const onSale = { sku: "birthday-cake", available: true };
    await kitchen.post("/api/sites/sweet-crumbs/stock/availability", onSale);
  });

  test("rejected by its site goes to another one of the city", async () => {
    const like = SAMPLE_SITES.find(({ siteId }) => siteId === "sweet-crumbs");
    if (!like) throw new Error("the sample data has no bakery");
    const siteId = `second-${randomUUID().slice(0, 8)}`;
    const { siteId: _, ...details } = like;
    await admin.post("/api/sites", { ...details, siteId, name: "Second Bakery" });
    const stock = { lines: [{ sku: "cinnamon-roll", quantity: 50 }] };
    const received = await admin.post(`/api/sites/${siteId}/stock/receive`, stock);
    const seen = { "x-position": String(received.body.position) };
    for (const path of [`/api/sites/${siteId}/menu`, `/api/sites/${siteId}/availability`]) await admin.get(path, seen);

    const guest = await Caller.as(system.url, "guest");
    const kitchen = await Caller.as(system.url, "kitchen", { sites: ["sweet-crumbs"] });
    const next = await Caller.as(system.url, "kitchen", { sites: [siteId] });
    const lines = [{ sku: "cinnamon-roll", quantity: 2 }];
    const orderId = String((await guest.post("/api/orders", cakeOrder({ lines }))).body.id);
    await happened(orderId, "restaurant.notified");
    const rejected = await kitchen.post(`/api/orders/${orderId}/fulfilments/1.1/reject`, { reason: "too_busy" });
    expect(rejected).toMatchObject({ status: 200, body: { status: "payment_confirmed" } });
    expect((await happened(orderId, "order.rerouted")).data).toMatchObject({ fulfilments: [{ siteId }] });
    await happened(orderId, "stock.released");
    await happened(orderId, "restaurant.notified", 2);
    expect((await next.post(`/api/orders/${orderId}/fulfilments/2.1/accept`, undefined)).status).toBe(200);
    const { position } = await happened(orderId, "restaurant.accepted");
    const { body } = await guest.get(`/api/orders/${orderId}`, { "x-position": position.commit.toString() });
    expect(body).toMatchObject({ fulfilments: [{ siteId, siteName: "Second Bakery" }] });
    await admin.post(`/api/sites/${siteId}/suspend`, { cause: "test is over" });
  });

  test("ends with a declined card: stock released, nothing charged", async () => {
    const guest = await Caller.as(system.url, "guest");
    const { body } = await guest.post("/api/orders", cakeOrder({ paymentMethod: "pm_card_chargeDeclined" }));
    const failed = await happened(String(body.id), "payment.failed");
    expect(failed.data).toMatchObject({ failureType: "payment_declined" });
    await happened(String(body.id), "stock.released");
    const charges = (await (await fetch(`${system.addresses.paymentUrl}/_charges?orderId=${body.id}`)).json()) as {
      count: number;
    };
    expect(charges.count).toBe(0);
  });
});

describe("what no honest customer orders", () => {
  test("is cancelled, given back and told to the customer, who is put on hold until an admin lifts it", async () => {
    const kitchen = await Caller.as(system.url, "kitchen", { sites: ["sweet-crumbs"] });
    await kitchen.post("/api/sites/sweet-crumbs/stock/receive", { lines: [{ sku: "birthday-cake", quantity: 100 }] });
    const customer = await Caller.as(system.url, "customer");
    const cakes = cakeOrder({ lines: [{ sku: "birthday-cake", quantity: 100 }] });
    const { body } = await customer.post("/api/orders", cakes);
    const orderId = String(body.id);
    expect((await happened(orderId, "fraud.detected")).data).toMatchObject({ rules: ["amount"] });
    expect((await happened(orderId, "order.cancelled")).data).toEqual({ by: "system", cause: "fraud" });
    await happened(orderId, "stock.released");
    expect((await happened(orderId, "notification.sent")).data).toMatchObject({ channel: "email" });
    await expect
      .poll(async () => (await store.readStream(`customer-${customer.id}`)).map(({ type }) => type), {
        timeout: 10_000,
      })
      .toContain("customer.held");
    const charges = (await (await fetch(`${system.addresses.paymentUrl}/_charges?orderId=${orderId}`)).json()) as {
      charges: { amount: number; refunded: number }[];
    };
    if (charges.charges.length > 0) await happened(orderId, "payment.refunded");

    expect(await customer.post("/api/orders", cakeOrder())).toMatchObject({
      status: 403,
      body: { code: "customer_on_hold", detail: expect.stringContaining("support") },
    });
    const lift = `/api/customers/${customer.id}/lift-hold`;
    expect(await customer.post(lift, { cause: "checked" })).toMatchObject({ status: 403 });
    expect(await admin.post(lift, { cause: "because" })).toMatchObject({ status: 400 });
    expect(await admin.post(lift, { cause: "checked" })).toMatchObject({ status: 200 });
    expect(await customer.post("/api/orders", cakeOrder())).toMatchObject({ status: 201 });
  });
});
