import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Subkeys, subkeysOf } from "../domain/chain/sealing.ts";
import type { OrderEvent } from "../domain/order/events.ts";
import type { Principal, Role } from "../infra/auth/principal.ts";
import type { Clock } from "../infra/clock.ts";
import { type Engines, eventually, startEngines } from "../infra/consumers/testing/engines.ts";
import { kitchenProjection } from "../projections/kitchen/projection.ts";
import { readKitchen } from "../projections/kitchen/queries.ts";
import { ordersProjection } from "../projections/orders/projection.ts";
import type { KitchenDelta, TicketView } from "../projections/views.ts";
import { until } from "../test/fixtures/order-examples.ts";
import { appendMixed, idFor, orderStreamOf } from "../test/fixtures/read-history.ts";
import { Projecting, servicesOver } from "./testing-api.ts";
import { kitchenTopics, orderTopics, type Topics } from "./topics.ts";

const CUSTOMER = idFor("buyer");
const keys = new Map<string, Subkeys>([[CUSTOMER, subkeysOf("k-1", randomBytes(32))]]);
const subkeys = keys.get(CUSTOMER);
const clock: Clock = { now: () => Date.parse("2026-11-21T06:30:00.000Z") };

const orderOf = (name: string, events: readonly OrderEvent[]) =>
  orderStreamOf(
    { orderId: idFor(name), customerId: CUSTOMER, ...(subkeys ? { keys: subkeys } : {}) },
    ["bakery"],
    events.slice(1),
  );
const working = orderOf("working", until("preparing"));
const paid = orderOf("paid", until("payment_confirmed"));

let engines: Engines;
let projecting: Projecting;
let orders: Topics;
let kitchens: Topics;

beforeAll(async () => {
  engines = await startEngines();
  await appendMixed(engines.store, [working, paid], 1);
  projecting = new Projecting(engines, clock);
  await projecting.start(ordersProjection);
  await projecting.start(kitchenProjection);
  const services = servicesOver(engines, clock, keys);
  orders = orderTopics(services);
  kitchens = kitchenTopics(services);
  const topics = [`order.${idFor("working")}`, `order.${idFor("paid")}`];
  await eventually(async () => {
    expect((await orders.snapshot(topics[0] ?? "", support))?.data).toMatchObject({ status: "preparing" });
    expect((await orders.heads(topics)).size).toBe(2);
    expect((await kitchens.snapshot("kitchen.bakery-mitte", support))?.data).toMatchObject({
      tickets: [{ status: "working" }],
    });
  });
});
afterAll(async () => {
  await projecting?.close();
  await engines?.stop();
});

const principal = (role: Role, id = "somebody", sites: readonly string[] = []): Principal => ({ role, id, sites });
const support = principal("support");
const baker = principal("kitchen", "baker", ["bakery-mitte"]);
const buyer = principal("customer", CUSTOMER);

describe("order topics", () => {
  const topic = `order.${idFor("working")}`;

  test("are for those who may read the order", async () => {
    const asked = [buyer, support, baker, principal("customer"), principal("guest"), principal("kitchen", "x", ["y"])];
    const answers = await Promise.all(asked.map((one) => orders.authorize(one, topic)));
    expect(answers).toEqual([true, true, true, false, false, false]);
  });

  test("that name no order are refused", async () => {
    for (const name of [`order.${idFor("nothing")}`, "order.nonsense", "order.", "order.'; DROP TABLE x"]) {
      expect(await orders.authorize(support, name)).toBe(false);
      expect(await orders.snapshot(name, support)).toBeUndefined();
    }
    expect(await orders.heads(["order.nonsense", `order.${idFor("nothing")}`])).toEqual(new Map());
  });

  test("have a snapshot whose version is that of the order's last event, and no contact", async () => {
    const snapshot = await orders.snapshot(topic, buyer);
    const [last] = await engines.store.readStream(`order-${idFor("working")}`, { direction: "backwards", limit: 1 });
    expect(snapshot).toMatchObject({ epoch: "orders:1", version: last?.position.commit.toString() });
    expect(snapshot?.data).toMatchObject({ revision: last?.revision.toString() });
    expect(snapshot?.data).not.toHaveProperty("contact");
    expect(await orders.heads([topic])).toEqual(
      new Map([[topic, { epoch: "orders:1", version: last?.position.commit.toString() }]]),
    );
  });

  test("can be subscribed to as soon as the order is placed, before the read model has it", async () => {
    await projecting.stop("orders");
    const fresh = orderOf("just placed", until("placed"));
    await appendMixed(engines.store, [fresh], 1);
    const name = `order.${idFor("just placed")}`;
    expect(await orders.authorize(buyer, name)).toBe(true);
    expect(await orders.authorize(principal("customer"), name)).toBe(false);
    expect(await orders.snapshot(name, buyer)).toBeUndefined();
    await projecting.start(ordersProjection);
    await eventually(async () => expect(await orders.snapshot(name, buyer)).toBeDefined());
  });
});

describe("kitchen topics", () => {
  const topic = "kitchen.bakery-mitte";
  const asDelta = (ticket: TicketView | undefined): KitchenDelta => {
    if (!ticket) throw new Error("there is no ticket");
    return { ticket };
  };

  test("are for the site's own staff, support and admins", async () => {
    const asked = [baker, support, principal("admin"), buyer, principal("kitchen", "x", ["elsewhere"])];
    const answers = await Promise.all(asked.map((one) => kitchens.authorize(one, topic)));
    expect(answers).toEqual([true, true, true, false, false]);
    expect(await kitchens.authorize(support, "kitchen.'; DROP TABLE x")).toBe(false);
  });

  test("have a snapshot of the queue with notes for the site's own staff only", async () => {
    const own = await kitchens.snapshot(topic, baker);
    expect(own?.data).toMatchObject({ tickets: [{ lines: [{ note: "Happy birthday, Zoë" }] }] });
    const other = await kitchens.snapshot(topic, support);
    expect(other?.version).toBe(own?.version);
    expect(JSON.stringify(other?.data)).not.toMatch(/Zoë|sealed|"ct"/);
    expect(await kitchens.heads([topic])).toEqual(new Map([[topic, { epoch: own?.epoch, version: own?.version }]]));
  });

  test("are empty before a site's first ticket", async () => {
    expect(await kitchens.snapshot("kitchen.restaurant-mitte", support)).toBeUndefined();
  });

  test("open the notes of deltas for the site's own staff, at the latest when the customer's key is at hand", async () => {
    const { schema } = await servicesOver(engines, clock, keys).schemas.of("kitchen");
    const sealed = asDelta((await readKitchen(engines.pool, schema, "bakery-mitte", clock.now())).tickets[0]);
    const met = kitchenTopics(servicesOver(engines, clock, keys));
    const first = met.view?.(sealed, baker) as KitchenDelta;
    expect(first.ticket.lines[0]).toHaveProperty("sealedNote");
    await eventually(() => {
      const shown = met.view?.(sealed, baker) as KitchenDelta;
      expect(shown.ticket.lines[0]).toMatchObject({ note: "Happy birthday, Zoë" });
      expect(shown.ticket.lines[0]).not.toHaveProperty("sealedNote");
    });
    expect(JSON.stringify(met.view?.(sealed, support))).not.toMatch(/Zoë|sealed|"ct"/);
  });
});
