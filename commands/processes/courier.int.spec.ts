import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { courierStream } from "../../domain/courier/courier.ts";
import { orderStream } from "../../domain/order/events.ts";
import { toInstant } from "../../infra/clock.ts";
import { type EventNode, startEventNode } from "../../infra/event-node/event-node.ts";
import { createEventStore } from "../../infra/event-store/client.ts";
import type { EventStore } from "../../infra/event-store/port.ts";
import { ACCEPT_BY, happened, orderOf } from "../../test/fixtures/order-examples.ts";
import { couriers } from "../couriers/courier-aggregate.ts";
import { answered, failed } from "../gateways/answer.ts";
import type { CourierGateway } from "../gateways/courier-gateway.ts";
import { Guards } from "../gateways/guards.ts";
import { StreamWriter } from "../writing/writer.ts";
import { CourierProcess, type OpenClaim } from "./courier.ts";
import { FactRecorder } from "./facts.ts";

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
const willing: CourierGateway = { offer: async () => taken, withdraw: async () => taken };

function processWith(gateway: CourierGateway = willing) {
  const writer = new StreamWriter(store, {
    service: { role: "test", version: "0", instance: "test" },
    region: "local",
  });
  const fingerprintKey = new Uint8Array(32);
  const manager = new CourierProcess({
    writer,
    facts: new FactRecorder(writer, clock, fingerprintKey),
    gateway,
    guards: new Guards(),
    directory: { free: async () => free, claims: async () => claims },
    clock,
    policy: { answerMs: 60_000, searchMs: 600_000, lookAgainMs: 1_000 },
    fingerprintKey,
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
