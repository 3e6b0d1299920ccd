import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { subkeysOf } from "../../../domain/chain/sealing.ts";
import { courierStream } from "../../../domain/courier/courier.ts";
import { type OrderEvent, orderStream } from "../../../domain/order/events.ts";
import { standingFailure } from "../../../domain/order/state.ts";
import { toInstant } from "../../../infra/clock.ts";
import { type EventNode, startEventNode } from "../../../infra/event-node/event-node.ts";
import { createEventStore } from "../../../infra/event-store/client.ts";
import type { EventStore } from "../../../infra/event-store/port.ts";
import { createLog } from "../../../infra/log.ts";
import { ACCEPT_BY, happened, orderOf, until } from "../../../test/fixtures/order-examples.ts";
import { couriers } from "../../couriers/courier-aggregate.ts";
import { answered, failed } from "../../gateways/answer.ts";
import type { CourierGateway } from "../../gateways/courier-gateway.ts";
import { Guards } from "../../gateways/guards.ts";
import { orders } from "../../orders/order-aggregate.ts";
import { StreamWriter } from "../../writing/writer.ts";
import { FactRecorder } from "../facts.ts";
import { Candidates, type TravelTimes } from "./candidates.ts";
import { Claims, type OpenClaim } from "./claims.ts";
import { CourierProcess } from "./process.ts";

/** A provider of travel times: 12 minutes for every fiftieth of a degree to the north. */
const TRAVEL: TravelTimes = {
  minutes: async (from, to) => from.map(({ lat }) => (12 * (lat - to.lat)) / 20_000),
};
const SITE = { lat: 52_520_008, lon: 13_404_954 };

let folder: string;
let node: EventNode;
let store: EventStore;
let now = Date.parse("2026-11-21T10:00:00.000Z");
let claims: OpenClaim[];
let free: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ordertrail-couriers-"));
  node = await startEventNode({ dataDir: folder, port: 0 });
  store = createEventStore({ url: node.url, timeoutMs: 5_000 });
});
beforeEach(() => {
  claims = [];
  free = [];
});
afterAll(async () => {
  await store.close();
  await node.close();
  await rm(folder, { recursive: true, force: true });
});

const clock = { now: () => now };
const taken = answered({ receivedAt: toInstant(now) });
const nowhere = answered([]);
const willing: CourierGateway = {
  offer: async () => taken,
  withdraw: async () => taken,
  positions: async () => nowhere,
};

function processWith(gateway: CourierGateway = willing) {
  const writer = new StreamWriter(store, {
    service: { role: "test", version: "0", instance: "test" },
    region: "local",
  });
  const fingerprintKey = new Uint8Array(32);
  const guards = new Guards();
  const manager = new CourierProcess({
    writer,
    facts: new FactRecorder(writer, clock, fingerprintKey),
    claims: new Claims(writer, clock, fingerprintKey),
    gateway,
    guards,
    directory: { free: async () => free, claims: async () => claims },
    candidates: new Candidates({ gateway, guards, travel: TRAVEL, site: async () => SITE }),
    clock,
    log: createLog("test", "silent"),
    policy: {
      answerMs: 60_000,
      searchMs: 600_000,
      lookAgainMs: 1_000,
      travelMs: 900_000,
      noShowMs: 600_000,
      askAgainMs: 120_000,
    },
  });
  return { writer, manager };
}

/** A courier on shift who has claimed an order. */
async function claimed(writer: StreamWriter, orderId: string, cmd = "claim"): Promise<string> {
  const courierId = randomUUID();
  await writer.write({
    stream: courierStream(courierId),
    aggregate: couriers.aggregate,
    kind: "fact",
    envelope: {
      cmd,
      fp: "f".repeat(32),
      at: toInstant(now),
      actor: { type: "system", id: "test" },
      correlationId: orderId,
      causationId: "test",
    },
    decide: () => [
      { type: "courier.shift_started", data: { city: "berlin" } },
      { type: "courier.claimed", data: { orderId, attempt: 1 } },
    ],
  });
  claims.push({ courierId, orderId, attempt: 1 });
  return courierId;
}

const isFree = async (writer: StreamWriter, courierId: string) =>
  (await writer.memory.refresh(courierStream(courierId), couriers.aggregate)).state.claim === undefined;

/** What the sweep does when it sees a claim for the first time, and again after the time that a claim may stand. */
async function sweptTwice(manager: CourierProcess): Promise<void> {
  await manager.sweep(() => true).catch(() => {});
  now += 20_000;
  await manager.sweep(() => true).catch(() => {});
}

test("a claim that serves no order is given free after its grace, not before", async () => {
  const { writer, manager } = processWith();
  const courierId = await claimed(writer, randomUUID());
  await manager.sweep(() => true);
  now += 5_000;
  await manager.sweep(() => true);
  expect(await isFree(writer, courierId)).toBe(false);
  now += 15_000;
  await manager.sweep(() => true);
  expect(await isFree(writer, courierId)).toBe(true);
});

test("an order that cannot be read does not keep the couriers of other orders", async () => {
  const { writer, manager } = processWith();
  const broken = randomUUID();
  const notChained = { id: randomUUID(), type: "order.placed", data: {}, metadata: { prevHash: "nothing" } };
  await store.append(orderStream(broken), [notChained], "no_stream");
  await claimed(writer, broken);
  const courierId = await claimed(writer, randomUUID());
  await sweptTwice(manager);
  expect(await isFree(writer, courierId)).toBe(true);
});

test("a courier whose app refuses for good to take an offer back is given free all the same", async () => {
  const gone = failed({ class: "permanent", type: "driver_unavailable", message: "410" });
  const { writer, manager } = processWith({ ...willing, withdraw: async () => gone });
  const orderId = randomUUID();
  const courierId = await claimed(writer, orderId);
  const assigned = { type: "driver.assigned", data: { courierId, attempt: 1, acceptBy: ACCEPT_BY } } as const;
  const order = orderOf([happened.placed("bakery"), happened.reserved(), assigned, happened.cancelled()]);
  const effect = { id: "courier.release/1", dueAt: now, orderId, tries: 0, held: () => true };
  expect(await manager.perform(effect, { ...order, orderId })).toBeUndefined();
  expect(await isFree(writer, courierId)).toBe(true);
});

test("a claim that was swept away is made anew, and given free again at the end", async () => {
  const { writer, manager } = processWith();
  const orderId = randomUUID();
  // The process died between the claim and the assignment, and nobody else is on shift.
  const courierId = await claimed(writer, orderId, `courier.claim/${orderId}/1`);
  await sweptTwice(manager);
  expect(await isFree(writer, courierId)).toBe(true);

  free = [courierId];
  const accepted = [happened.placed("bakery"), happened.reserved(), happened.accepted()];
  const effect = { dueAt: now, orderId, tries: 0, held: () => true };
  await manager.perform({ ...effect, id: "courier.assign/1" }, { ...orderOf(accepted), orderId });
  expect(await isFree(writer, courierId)).toBe(false);

  const assigned = { type: "driver.assigned", data: { courierId, attempt: 1, acceptBy: ACCEPT_BY } } as const;
  const ended = { ...orderOf([...accepted, assigned, happened.cancelled()]), orderId };
  await manager.perform({ ...effect, id: "courier.release/1" }, ended);
  expect(await isFree(writer, courierId)).toBe(true);
});

/** Couriers on shift, free. */
async function onShift(writer: StreamWriter, count: number): Promise<string[]> {
  const couriersOnShift = Array.from({ length: count }, () => randomUUID());
  for (const courierId of couriersOnShift) {
    await writer.write({
      stream: courierStream(courierId),
      aggregate: couriers.aggregate,
      kind: "fact",
      envelope: {
        cmd: "shift",
        fp: "f".repeat(32),
        at: toInstant(now),
        actor: { type: "system", id: "test" },
        correlationId: courierId,
        causationId: "test",
      },
      decide: () => [{ type: "courier.shift_started", data: { city: "berlin" } }],
    });
  }
  free = couriersOnShift;
  return couriersOnShift;
}

/** An order that its site has accepted, stored. */
async function acceptedOrder(writer: StreamWriter): Promise<string> {
  const orderId = randomUUID();
  await appendTo(writer, orderId, ...until("restaurant_accepted"));
  return orderId;
}

async function appendTo(writer: StreamWriter, orderId: string, ...events: readonly OrderEvent[]): Promise<void> {
  await writer.write({
    stream: orderStream(orderId),
    aggregate: orders,
    kind: "fact",
    keys: subkeysOf("test-1", new Uint8Array(32).fill(7)),
    envelope: {
      cmd: randomUUID(),
      fp: "f".repeat(32),
      at: toInstant(now),
      actor: { type: "system", id: "test" },
      correlationId: orderId,
      causationId: "test",
    },
    decide: () => events,
  });
}

const stored = async (writer: StreamWriter, orderId: string) => {
  const { state } = await writer.memory.refresh(orderStream(orderId), orders);
  if (!state) throw new Error("there is no such order");
  return state;
};

async function perform({ writer, manager }: ReturnType<typeof processWith>, orderId: string, id: string) {
  const effect = { id, dueAt: now, orderId, tries: 0, held: () => true };
  return await manager.perform(effect, await stored(writer, orderId));
}

test("the nearest free courier is taken, with a time to be there; those nobody knows of come last", async () => {
  const northOf = (courierId: string, lat: number) => ({ courierId, lat: SITE.lat + lat, lon: SITE.lon });
  let asked: readonly string[] = [];
  const process = processWith({
    ...willing,
    positions: async (ids) => {
      asked = ids;
      return answered([northOf(ids[2] ?? "", 20_000), northOf(ids[1] ?? "", 60_000)]);
    },
  });
  const [, , near] = await onShift(process.writer, 3);
  const orderId = await acceptedOrder(process.writer);
  await perform(process, orderId, "courier.assign/1");
  expect(asked).toHaveLength(3);
  const { courier } = await stored(process.writer, orderId);
  expect(courier.courierId).toBe(near);
  // Twelve minutes, and ten more before it counts as not coming.
  expect(courier.arriveBy).toBe(toInstant(now + 22 * 60_000));
});

test.each([
  ["says nothing of them", nowhere],
  ["does not answer", failed({ class: "transient", type: "service_unavailable", message: "503" })],
])("with an app that %s the longest free courier is taken", async (_what, positions) => {
  const process = processWith({ ...willing, positions: async () => positions });
  const [longest] = await onShift(process.writer, 2);
  const orderId = await acceptedOrder(process.writer);
  await perform(process, orderId, "courier.assign/1");
  const { courier } = await stored(process.writer, orderId);
  expect(courier.courierId).toBe(longest);
  expect(courier.arriveBy).toBe(toInstant(now + 25 * 60_000));
});

test("a courier who accepted and did not come is recorded, and given free for others", async () => {
  const process = processWith();
  const [courierId = ""] = await onShift(process.writer, 1);
  const orderId = await acceptedOrder(process.writer);
  await perform(process, orderId, "courier.assign/1");
  await appendTo(process.writer, orderId, { type: "driver.accepted", data: { courierId } });
  now += 25 * 60_000;
  await perform(process, orderId, "courier.no-show/1");
  await perform(process, orderId, "courier.no-show/1");
  const events = await store.readStream(orderStream(orderId), { from: 0n, limit: 100 });
  expect(events.filter(({ type }) => type === "driver.no_show")).toMatchObject([
    { data: { courierId, attempt: 1 }, metadata: { actor: { type: "system", id: "deadline" } } },
  ]);
  await perform(process, orderId, "courier.release/1");
  expect(await isFree(process.writer, courierId)).toBe(true);
});

test("a courier who comes at the last moment is no no-show", async () => {
  const process = processWith();
  const [courierId = ""] = await onShift(process.writer, 1);
  const orderId = await acceptedOrder(process.writer);
  await perform(process, orderId, "courier.assign/1");
  const before = await stored(process.writer, orderId);
  const took = { type: "driver.accepted", data: { courierId } } as const;
  await appendTo(process.writer, orderId, took, { type: "driver.arrived", data: { courierId } });
  const effect = { id: "courier.no-show/1", dueAt: now, orderId, tries: 0, held: () => true };
  await process.manager.perform(effect, before);
  expect((await stored(process.writer, orderId)).courier).toMatchObject({ courierId, arrived: true });
});

test("when all have been asked, they are asked again after a pause, and nobody before", async () => {
  const process = processWith();
  const [courierId = ""] = await onShift(process.writer, 1);
  const orderId = await acceptedOrder(process.writer);
  await perform(process, orderId, "courier.assign/1");
  await appendTo(process.writer, orderId, {
    type: "driver.declined",
    data: { courierId, attempt: 1, reason: "declined" },
  });
  await perform(process, orderId, "courier.release/1");
  now += 60_000;
  expect(await perform(process, orderId, "courier.assign/2")).toEqual({ again: now + 1_000 });
  now += 60_000;
  expect(await perform(process, orderId, "courier.assign/2")).toBeUndefined();
  expect((await stored(process.writer, orderId)).courier).toMatchObject({ courierId, attempt: 2 });
});

test("support is told once that nobody carries an order", async () => {
  const process = processWith();
  const orderId = await acceptedOrder(process.writer);
  await perform(process, orderId, "courier.unavailable/1");
  await perform(process, orderId, "courier.unavailable/1");
  const events = await store.readStream(orderStream(orderId), { from: 0n, limit: 100 });
  expect(events.filter(({ type }) => type === "driver.unavailable")).toHaveLength(1);
  expect(standingFailure(await stored(process.writer, orderId))).toBe("driver_unavailable");
});
