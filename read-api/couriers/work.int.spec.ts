import { expect, test } from "vitest";
import type { OrderEvent } from "../../domain/order/events.ts";
import { eventually } from "../../infra/consumers/testing/engines.ts";
import { liveSchemas } from "../../projections/runner/generations.ts";
import type { CourierWork } from "../../projections/views.ts";
import { chained } from "../../test/fixtures/chained.ts";
import { CONTACT, happened, until } from "../../test/fixtures/order-examples.ts";
import { appendMixed, idFor } from "../../test/fixtures/read-history.ts";
import { OTHER, orderOf, readWorldOfFile } from "../../test/fixtures/read-world.ts";
import { courierTopics } from "./courier-topics.ts";

const { world, get } = readWorldOfFile();
const OFFERED = idFor("asked courier");
const CARRYING = idFor("carrying courier");

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
  const { rows } = await pool.query<{ message: string }>(
    "SELECT message FROM realtime.outbox WHERE topic = $1 ORDER BY id DESC LIMIT 1",
    [topic],
  );
  expect(JSON.parse(rows[0]?.message ?? "{}")).toMatchObject({ version: snapshot?.version, data: snapshot?.data });
  expect((await topics.heads([topic])).get(topic)?.version).toBe(snapshot?.version);
});

test("cities are those with a site", async () => {
  const answer = await get("/api/cities", "courier");
  expect(answer.json().cities.length).toBeGreaterThan(0);
  const tag = String(answer.headers.etag);
  expect((await get("/api/cities", "guest", { headers: { "if-none-match": tag } })).statusCode).toBe(304);
});
