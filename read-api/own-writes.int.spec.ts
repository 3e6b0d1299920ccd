import { describe, expect, test } from "vitest";
import { eventually } from "../infra/consumers/testing/engines.ts";
import { KeysUnavailableError } from "../infra/keys/errors.ts";
import { createPool } from "../infra/postgres/pool.ts";
import { kitchenProjection } from "../projections/kitchen/projection.ts";
import { ordersProjection } from "../projections/orders/projection.ts";
import { timelineProjection } from "../projections/timeline/projection.ts";
import { CONTACT, happened, until } from "../test/fixtures/order-examples.ts";
import { idFor } from "../test/fixtures/read-history.ts";
import {
  baker,
  buyer,
  CUSTOMER,
  delivered,
  keys,
  OTHER,
  orderOf,
  orderPath,
  readWorldOfFile,
  storable,
} from "../test/fixtures/read-world.ts";
import { locateOrder } from "./orders/order-lookup.ts";
import { apiOver, servicesOver, tokenFor } from "./testing-api.ts";

const { world, get } = readWorldOfFile();

describe("reading one's own writes", () => {
  test("waits until the read model shows what was written", async () => {
    const stream = orderOf("written", until("payment_confirmed"));
    for (const [index, event] of stream.entries()) {
      const expected = index === 0 ? "no_stream" : BigInt(index - 1);
      const { position: written } = await world().engines.store.append(event.stream, [storable(event)], expected);
      const answer = await get(`${orderPath("written")}?after=${written.commit}`, "customer", buyer);
      expect(answer.json()).toMatchObject({ revision: String(index) });
      expect(BigInt(String(answer.headers["x-position"]))).toBeGreaterThanOrEqual(written.commit);
    }
  });

  test("works by header as well, for every read model", async () => {
    const head = (await world().engines.store.head())?.commit.toString() ?? "";
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
    for (const name of ["orders", "kitchen"]) await world().projecting.stop(name);
    const fresh = orderOf("placed while stopped", until("stock_reserved"));
    const more = [happened.processing(), happened.paid()];
    const longer = orderOf("written", [...until("payment_confirmed"), ...more]).slice(-more.length);
    await world().engines.store.append(fresh[0]?.stream ?? "", fresh.map(storable), "no_stream");
    const { position: newest } = await world().engines.store.append(
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
    // Whoever asks without a position is not shown less than somebody was before.
    const unasked = await get(orderPath("written"), "customer", buyer);
    expect(unasked.json().revision).toBe(caught.json().revision);

    const list = await get(`/api/orders?after=${newest.commit}`, "customer", buyer);
    expect(list.headers).toMatchObject({ "x-stale": "true" });
    world().clock.time += 90_000;
    await eventually(async () => {
      const kitchen = await get("/api/sites/bakery-mitte/kitchen", "kitchen", baker);
      expect(Number(kitchen.headers["x-age-ms"])).toBeGreaterThanOrEqual(90_000);
    });
    for (const one of [ordersProjection, kitchenProjection]) await world().projecting.start(one);
    await eventually(async () => {
      const again = await get(orderPath("placed while stopped"), "customer", buyer);
      expect(again.headers).toMatchObject({ "x-source": "read-model", "x-age-ms": "0" });
    });
  });

  test("a timeline is told from the event store while its read model is behind, and from that again afterwards", async () => {
    await world().projecting.stop("timeline");
    const path = `${orderPath("told while stopped")}/timeline`;
    const stream = orderOf("told while stopped", until("stock_reserved"));
    const { position } = await world().engines.store.append(stream[0]?.stream ?? "", stream.map(storable), "no_stream");
    const told = await get(`${path}?after=${position.commit}`, "support");
    expect(told.headers).toMatchObject({ "x-source": "event-store", "x-position": position.commit.toString() });
    await world().projecting.start(timelineProjection);
    await eventually(async () => {
      expect((await get(path, "support")).headers).toMatchObject({ "x-source": "read-model" });
    });
    expect((await get(path, "support")).json()).toEqual(told.json());
  });

  test("an order whose stream was set aside is told from the event store", async () => {
    await world().engines.pool.query(
      `INSERT INTO runner.dead_letters (consumer, stream, event_id, revision, commit, prepare, type, payload, failure_type,
         failure_class, message, stack, attempts, first_failed_at, last_failed_at)
       VALUES ('orders_g1', $1, gen_random_uuid(), 99, 1, 1, 'x', '{}', 'x', 'poison', '', '', 1, now(), now())`,
      [`order-${idFor("delivered")}`],
    );
    const answer = await get(orderPath("delivered"), "customer", buyer);
    expect(answer.headers).toMatchObject({ "x-source": "event-store" });
    const timeline = `${orderPath("delivered")}/timeline`;
    const { setAside } = (await get(timeline, "support")).json();
    expect(setAside).toMatchObject([{ consumer: "orders", failureType: "x" }]);
    expect(setAside[0].sentence).toMatch(/^Work on the order was set aside: /);
    await world().engines.pool.query("DELETE FROM runner.dead_letters");
    expect((await get(timeline, "support")).json()).not.toHaveProperty("setAside");
  });

  test("with the database away, an order is still told, and what cannot be told is 503", async () => {
    const pool = createPool("postgresql://nobody:x@127.0.0.1:1/none", { applicationName: "test", max: 1 });
    const found = await locateOrder(
      servicesOver({ pool, store: world().engines.store }, world().clock, keys),
      idFor("delivered"),
    );
    expect(found).toMatchObject({ source: "event-store", revision: BigInt(delivered.length - 1) });
    const away = { many: () => Promise.reject(new KeysUnavailableError("away")) };
    const without = apiOver({
      ...servicesOver({ pool, store: world().engines.store }, world().clock, keys),
      keys: away,
    });
    const headers = { authorization: `Bearer ${tokenFor("customer", CUSTOMER)}` };
    const order = await without.inject({ url: orderPath("delivered"), headers });
    expect([order.statusCode, order.json().status]).toEqual([200, "delivered"]);
    const sites = await without.inject({ url: "/api/sites", headers });
    expect([sites.statusCode, sites.json().code, sites.headers["retry-after"]]).toEqual([503, "unavailable", "2"]);
    await without.close();
    await pool.end();
  });
});
