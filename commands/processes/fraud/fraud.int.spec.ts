import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Personal } from "../../../domain/chain/personal.ts";
import { type Subkeys, subkeysOf } from "../../../domain/chain/sealing.ts";
import { customerStream } from "../../../domain/customer/customer.ts";
import { type Channel, type OrderPlaced, orderStream } from "../../../domain/order/events.ts";
import { type Clock, systemClock, toInstant } from "../../../infra/clock.ts";
import { startFeed } from "../../../infra/consumers/feed.ts";
import { startConsumer } from "../../../infra/consumers/run-consumer.ts";
import { type Engines, eventually, startEngines } from "../../../infra/consumers/testing/engines.ts";
import { createLog } from "../../../infra/log.ts";
import { CONTACT, EUR, fulfilmentAt, placedAt } from "../../../test/fixtures/order-examples.ts";
import { customers } from "../../customers/customer-aggregate.ts";
import { orders } from "../../orders/order-aggregate.ts";
import { StreamWriter } from "../../writing/writer.ts";
import { FactRecorder } from "../facts.ts";
import { EFFECTS_MIGRATIONS } from "../runner/effects-migration.ts";
import { processConsumer } from "../runner/process-consumer.ts";
import { countingPurchases, FraudProcess } from "./fraud.ts";
import { PurchaseCounts } from "./purchases.ts";
import { purchasesMigration } from "./purchases-migration.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const log = createLog("test", "silent");
const keys: Subkeys = subkeysOf("k-1", randomBytes(32));

let engines: Engines;
let writer: StreamWriter;
let process: FraudProcess;
let stop: () => Promise<void>;
let ahead = 0;
const clock: Clock = { now: () => systemClock.now() + ahead };

beforeAll(async () => {
  engines = await startEngines([...EFFECTS_MIGRATIONS, purchasesMigration]);
  const { pool, store } = engines;
  writer = new StreamWriter(store, { service: { role: "test", version: "0", instance: "test" }, region: "local" });
  const counts = new PurchaseCounts({ windowMs: 10 * MINUTE, keptMs: 30 * DAY });
  const fingerprintKey = new Uint8Array(32);
  process = new FraudProcess({
    writer,
    facts: new FactRecorder(writer, clock, fingerprintKey),
    pool,
    counts,
    clock,
    fingerprintKey,
    limits: { windowOrders: 3, windowAmount: 1_000_000, amount: 100_000, usualTimes: 10, newCardAmount: 30_000 },
  });
  const ending = new AbortController();
  const feed = startFeed({ store, log });
  const consumer = countingPurchases(
    processConsumer({
      manager: process,
      memory: writer.memory,
      pool,
      clock,
      log,
      scanMs: 50,
      sweepMs: 500,
      retryDelaysMs: [100],
    }),
    counts,
  );
  const { signal } = ending;
  const running = startConsumer({ consumer, pool, feed, leaseMs: 5_000, instance: "test", log, clock, signal });
  stop = async () => {
    ending.abort();
    await running.done;
    await feed.close();
  };
});

afterAll(async () => {
  await stop();
  await engines.stop();
});

async function registered(): Promise<string> {
  const customerId = randomUUID();
  await append(customerStream(customerId), customers, [
    { type: "customer.registered", data: { customerId, guest: false, contact: new Personal(CONTACT) } },
  ]);
  return customerId;
}

async function append(
  stream: string,
  aggregate: typeof customers | typeof orders,
  events: readonly { type: string; data: unknown }[],
): Promise<void> {
  const cmd = randomUUID();
  const envelope = {
    cmd,
    fp: "f".repeat(32),
    at: toInstant(clock.now()),
    actor: { type: "system", id: "test" } as const,
    correlationId: cmd,
    causationId: cmd,
  };
  await writer.write<unknown>({ stream, aggregate, kind: "fact", keys, envelope, decide: () => events });
}

interface Buying {
  readonly customerId: string;
  readonly total?: number;
  readonly card?: string;
  readonly channel?: Channel;
}

async function placed({ customerId, total = 2_000, card = "pm_1Own", channel = "web" }: Buying): Promise<string> {
  const orderId = randomUUID();
  const data: OrderPlaced = {
    ...placedAt(fulfilmentAt("bakery")),
    orderId,
    customerId,
    channel,
    paymentMethod: card,
    total: EUR(total),
  };
  await append(orderStream(orderId), orders, [{ type: "order.placed", data }]);
  return orderId;
}

const eventsOf = (stream: string) => engines.store.readStream(stream);
const typesOf = async (stream: string) => (await eventsOf(stream)).map(({ type }) => type);

/** What a check of this order came to, once it was made. */
async function checked(orderId: string) {
  await eventually(async () => {
    const { rows } = await engines.pool.query(
      "SELECT state FROM fraud.effects WHERE order_id = $1 AND effect_id = 'fraud.check/1'",
      [orderId],
    );
    expect(rows).toEqual([{ state: "done" }]);
  });
  const found = (await eventsOf(orderStream(orderId))).find(({ type }) => type === "fraud.detected");
  return found?.data as { rules: string[]; facts: Record<string, number> } | undefined; // the project's own event
}

describe("an order is found to be a fraud", () => {
  test("when its customer places too many in a short time, and no other customer's is", async () => {
    const [fast, slow] = [await registered(), await registered()];
    const believed = [1, 2, 3].map(() => placed({ customerId: fast }));
    for (const order of believed) expect(await checked(await order)).toBeUndefined();
    const tooMany = await placed({ customerId: fast });
    expect(await checked(tooMany)).toMatchObject({ rules: ["velocity"], facts: { customerOrders: 4 } });
    expect(await typesOf(orderStream(tooMany))).toEqual(["order.placed", "fraud.detected", "order.cancelled"]);
    await eventually(async () => {
      expect(await typesOf(customerStream(fast))).toEqual(["customer.registered", "customer.held"]);
    });
    expect(await checked(await placed({ customerId: slow, card: "pm_1Slow" }))).toBeUndefined();
  });

  test("when one card pays for too many customers, but not when it is the gateway's test card", async () => {
    const buy = async (card: string) => await checked(await placed({ customerId: await registered(), card }));
    for (const nth of [1, 2, 3, 4, 5]) {
      expect(await buy("pm_card_visa"), `order ${nth}`).toBeUndefined();
    }
    for (const nth of [1, 2, 3]) expect(await buy("pm_1Stolen"), `order ${nth}`).toBeUndefined();
    expect(await buy("pm_1Stolen")).toMatchObject({ rules: ["velocity"], facts: { cardOrders: 4, customerOrders: 1 } });
  });

  test("when a card is new and much is paid at once, or when it is more than anybody orders", async () => {
    const customerId = await registered();
    const card = "pm_1New";
    expect(await checked(await placed({ customerId, card, total: 30_001 }))).toMatchObject({ rules: ["new_card"] });
    expect(await checked(await placed({ customerId, card, total: 30_001 }))).toBeUndefined();
    expect(await checked(await placed({ customerId, card, total: 100_001 }))).toMatchObject({ rules: ["amount"] });
  });
});

test("orders far apart are not one after the other, and what staff place by phone is not looked at", async () => {
  const customerId = await registered();
  for (const nth of [1, 2, 3, 4, 5]) {
    ahead += 6 * MINUTE;
    expect(await checked(await placed({ customerId, card: "pm_1Far" })), `order ${nth}`).toBeUndefined();
  }
  const byPhone = await placed({ customerId, card: "pm_1Far", channel: "phone", total: 900_000 });
  await checked(await placed({ customerId: await registered(), card: "pm_1Next" }));
  expect(await typesOf(orderStream(byPhone))).toEqual(["order.placed"]);
});

test("purchases are kept as far back as they are looked at", async () => {
  const customerId = await registered();
  const old = await placed({ customerId, card: "pm_1Old" });
  await checked(old);
  ahead += 31 * DAY;
  await process.sweep();
  const { rowCount } = await engines.pool.query("SELECT FROM fraud.purchases WHERE order_id = $1", [old]);
  expect(rowCount).toBe(0);
});
