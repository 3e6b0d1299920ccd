import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import { type Sealed, unseal } from "../../domain/chain/sealing.ts";
import { orderStream } from "../../domain/order/events.ts";
import { systemClock } from "../../infra/clock.ts";
import { type Engines, eventually, startEngines } from "../../infra/consumers/testing/engines.ts";
import { recorded } from "../../infra/consumers/testing/events.ts";
import { endItem, resolveLetter } from "../../infra/dead-letters/errands.ts";
import { createJob } from "../../infra/dead-letters/jobs.ts";
import { reasonKeys, sealReason } from "../../infra/dead-letters/reason.ts";
import { deadLetterEffect, deadLetterEvent } from "../../infra/dead-letters/record.ts";
import { CustomerKeys } from "../../infra/keys/customer-keys.ts";
import { keysMigration } from "../../infra/keys/migration.ts";
import { createLog } from "../../infra/log.ts";
import { inTransaction } from "../../infra/postgres/pool.ts";
import { StreamWriter } from "../writing/writer.ts";
import { runTeller } from "./tell.ts";

const ORIGIN = { service: { role: "test", version: "1.0.0", instance: "test" }, region: "local" };
const FINGERPRINT_KEY = new Uint8Array(32).fill(7);
const NOW = Date.parse("2026-11-21T10:00:00.000Z");
const log = createLog("test", "silent");

let engines: Engines;
let keys: CustomerKeys;
let writer: StreamWriter;
let stop: AbortController;
const running: Promise<void>[] = [];

beforeAll(async () => {
  engines = await startEngines([keysMigration]);
  keys = new CustomerKeys(engines.pool, { master: new Uint8Array(32).fill(1), clock: systemClock });
  writer = new StreamWriter(engines.store, ORIGIN);
});
afterAll(() => engines.stop());

beforeEach(() => {
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort();
  await Promise.all(running.splice(0));
});

function startTeller(pool = engines.pool) {
  const options = { store: engines.store, origin: ORIGIN, keys, fingerprintKey: FINGERPRINT_KEY, log };
  running.push(runTeller({ ...options, pool, signal: stop.signal }));
}

/** An order of which nobody but the teller has to read more than whose it is. */
async function place(): Promise<{ orderId: string; customerId: string }> {
  const [orderId, customerId] = [randomUUID(), randomUUID()];
  await keys.getOrCreate(customerId);
  await writer.write({
    stream: orderStream(orderId),
    aggregate: { name: "any", initial: 0, evolve: (n: number) => n + 1 },
    kind: "command",
    envelope: {
      cmd: "place",
      fp: "f",
      at: "2026-11-21T09:00:00.000Z",
      actor: { type: "customer", id: customerId },
      correlationId: orderId,
      causationId: orderId,
    },
    decide: () => [{ type: "order.placed", data: { orderId, customerId } }],
  });
  return { orderId, customerId };
}

const POISON = {
  failureType: "invalid_message",
  failureClass: "poison",
  error: "SyntaxError",
  message: "x",
  stack: "",
} as const;

async function parkEvent(orderId: string, consumer = "orders_g1") {
  const event = recorded(7, orderStream(orderId), "order.delivered");
  const dead = { ...POISON, consumer, event, attempts: 1, version: "1.0.0" };
  return { eventId: event.id, letterId: await deadLetterEvent(engines.pool, dead, NOW) };
}

async function decide(letterId: string, action: "redrive" | "discard", reason: string) {
  const id = randomUUID();
  const sealed = sealReason(reasonKeys(FINGERPRINT_KEY), reason);
  await inTransaction(engines.pool, async (tx) => {
    const by = { type: "support", id: "ana" } as const;
    await createJob(tx, { id, action, by, reason: sealed, filter: { ids: [letterId] }, perSecond: 1, now: NOW });
    await resolveLetter(tx, { jobId: id, letterId }, action === "redrive" ? "redriven" : "discarded", NOW + 60_000);
    await endItem(tx, { jobId: id, letterId }, "done", undefined);
  });
}

const factsOf = async (orderId: string): Promise<RecordedEvent[]> =>
  (await engines.store.readStream(orderStream(orderId))).filter(({ type }) => type.startsWith("processing."));

const untold = async () => (await engines.pool.query("SELECT 1 FROM runner.tellings")).rowCount;

const allTold = () => eventually(async () => expect(await untold()).toBe(0));

describe("what was set aside", () => {
  test("is told to the order's stream, with what was set aside and why", async () => {
    const { orderId } = await place();
    const { eventId } = await parkEvent(orderId);
    startTeller();
    await allTold();
    const [fact, ...others] = await factsOf(orderId);
    expect(others).toEqual([]);
    expect(fact).toMatchObject({
      type: "processing.parked",
      data: {
        consumer: "orders",
        eventId,
        eventType: "order.delivered",
        failureType: "invalid_message",
        failureClass: "poison",
      },
      metadata: {
        at: "2026-11-21T10:00:00.000Z",
        actor: { type: "system" },
        cmd: `processing.parked/orders/${eventId}`,
      },
    });
  });

  test("is told once by several processes at once, and after one that died before it noted that it had told", async () => {
    const { orderId } = await place();
    const { letterId } = await parkEvent(orderId);
    for (let n = 0; n < 3; n++) startTeller();
    await allTold();
    await engines.pool.query("INSERT INTO runner.tellings (letter_id, fact, round, at) VALUES ($1, 'parked', 1, $2)", [
      letterId,
      new Date(NOW),
    ]);
    await allTold();
    expect(await factsOf(orderId)).toHaveLength(1);
  });

  test("is told of the next generation of a read model under the name of the read model, so once", async () => {
    const { orderId } = await place();
    const event = recorded(7, orderStream(orderId), "order.delivered");
    for (const consumer of ["orders_g1", "orders_g2"]) {
      await deadLetterEvent(engines.pool, { ...POISON, consumer, event, attempts: 1, version: "" }, NOW);
    }
    startTeller();
    await allTold();
    expect(await factsOf(orderId)).toHaveLength(1);
  });

  test("of a scratch schema or a generation that nobody reads is not told", async () => {
    const { orderId } = await place();
    await parkEvent(orderId, "scratch_orders_1");
    await engines.pool.query(
      `INSERT INTO runner.generations (projection, generation, version, schema, state, epoch, created_at)
       VALUES ('kitchen', 2, 1, 'kitchen_g2', 'building', 'kitchen:2', now())`,
    );
    await parkEvent(orderId, "kitchen_g2");
    const other = await place();
    await parkEvent(other.orderId);
    startTeller();
    await eventually(async () => expect(await factsOf(other.orderId)).toHaveLength(1));
    expect(await factsOf(orderId)).toEqual([]);
    await engines.pool.query("DELETE FROM runner.tellings");
  });

  test("is told again each time an effect fails for good after it was redriven", async () => {
    const { orderId } = await place();
    const effect = { consumer: "payment", orderId, effectId: "payment.refund/1", payload: null, attempts: 4 };
    const dead = { ...POISON, ...effect, failureType: "service_unavailable", failureClass: "transient" } as const;
    const letterId = await deadLetterEffect(engines.pool, { ...dead, firstFailedAt: NOW, now: NOW });
    await decide(letterId, "redrive", "the bank is back");
    await deadLetterEffect(engines.pool, { ...dead, firstFailedAt: NOW, now: NOW + 120_000 });
    startTeller();
    await allTold();
    expect((await factsOf(orderId)).map(({ type, metadata }) => [type, metadata.at])).toEqual([
      ["processing.parked", "2026-11-21T10:00:00.000Z"],
      ["processing.redriven", "2026-11-21T10:01:00.000Z"],
      ["processing.parked", "2026-11-21T10:02:00.000Z"],
    ]);
  });
});

describe("the reason that somebody typed", () => {
  test("lies in the stream and in the letter under the customer's key alone", async () => {
    const { orderId, customerId } = await place();
    const { letterId, eventId } = await parkEvent(orderId);
    await decide(letterId, "discard", "Frau Berger called: it was never delivered");
    startTeller();
    await allTold();
    const fact = (await factsOf(orderId)).at(-1);
    expect(fact).toMatchObject({
      type: "processing.discarded",
      data: { consumer: "orders", eventId },
      metadata: { actor: { type: "support", id: "ana" } },
    });
    const reason = (fact?.data as { reason: Sealed } | undefined)?.reason;
    if (reason === undefined) throw new Error("no reason was told");
    const own = await keys.getOrCreate(customerId);
    expect(unseal(own, fact?.stream ?? "", fact?.id ?? "", reason)).toContain("Frau Berger");
    const { rows } = await engines.pool.query(
      "SELECT resolved_reason AS reason, resolved_event AS event, resolved_by AS by FROM runner.dead_letters WHERE id = $1",
      [letterId],
    );
    expect(rows).toEqual([{ reason, event: fact?.id, by: "support:ana" }]);
  });

  test("is left out when the customer was forgotten meanwhile", async () => {
    const { orderId, customerId } = await place();
    const { letterId } = await parkEvent(orderId);
    await decide(letterId, "discard", "a word about somebody");
    await keys.forget(customerId);
    startTeller();
    await allTold();
    const fact = (await factsOf(orderId)).at(-1);
    expect(fact?.type).toBe("processing.discarded");
    expect(fact?.data).not.toHaveProperty("reason");
    const { rows } = await engines.pool.query("SELECT resolved_reason FROM runner.dead_letters WHERE id = $1", [
      letterId,
    ]);
    expect(rows).toEqual([{ resolved_reason: null }]);
  });
});
