import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Engines, startEngines } from "../consumers/testing/engines.ts";
import { recorded } from "../consumers/testing/events.ts";
import { type DeadEffect, deadLetterEffect, deadLetterEvent, stoppedStreams } from "./record.ts";

let engines: Engines;

beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.stop());

const NOW = Date.parse("2026-11-21T10:00:00.000Z");

const effectOf = (orderId: string, more: Partial<DeadEffect> = {}): DeadEffect => ({
  consumer: "payment",
  orderId,
  effectId: "payment.confirm/4",
  payload: { id: "payment.confirm/4", outside: { system: "payment", place: "berlin" } },
  failureType: "service_unavailable",
  failureClass: "transient",
  message: "503",
  stack: "Error: 503",
  attempts: 4,
  firstFailedAt: NOW - 21 * 60_000,
  now: NOW,
  ...more,
});

const rowOf = async (id: string) =>
  (await engines.pool.query("SELECT * FROM runner.dead_letters WHERE id = $1", [id])).rows[0];

const toldOf = async (id: string) =>
  (await engines.pool.query("SELECT fact, round FROM runner.tellings WHERE letter_id = $1 ORDER BY round", [id])).rows;

describe("an effect that failed for good", () => {
  test("stops its order in its process, and nobody else's", async () => {
    const orderId = randomUUID();
    await deadLetterEffect(engines.pool, effectOf(orderId));
    expect((await stoppedStreams(engines.pool, "payment")).has(`order-${orderId}`)).toBe(true);
    expect((await stoppedStreams(engines.pool, "courier")).has(`order-${orderId}`)).toBe(false);
  });

  test("is one letter however often it is written down, with what happened first and last, and is to be told once", async () => {
    const orderId = randomUUID();
    const id = await deadLetterEffect(engines.pool, effectOf(orderId));
    expect(await deadLetterEffect(engines.pool, effectOf(orderId, { attempts: 1, now: NOW + 1 }))).toBe(id);
    expect(await rowOf(id)).toMatchObject({
      kind: "effect",
      order_id: orderId,
      subject: "payment.confirm/4",
      type: "payment.confirm/4",
      state: "parked",
      attempts: 5,
      first_failed_at: new Date(NOW - 21 * 60_000),
      last_failed_at: new Date(NOW + 1),
    });
    expect(await toldOf(id)).toEqual([{ fact: "parked", round: 1 }]);
  });

  test("that fails for good again after it was redriven is the same letter in its next round", async () => {
    const orderId = randomUUID();
    const id = await deadLetterEffect(engines.pool, effectOf(orderId));
    await engines.pool.query("UPDATE runner.dead_letters SET state = 'redriven', resolved_by = 'x' WHERE id = $1", [
      id,
    ]);
    expect(await deadLetterEffect(engines.pool, effectOf(orderId))).toBe(id);
    expect(await rowOf(id)).toMatchObject({ state: "parked", round: 2, resolved_by: null });
    expect((await toldOf(id)).map(({ round }) => round)).toEqual([1, 2]);
  });
});

describe("a dead letter", () => {
  test("keeps no address and no phone number that somebody else repeated in an error", async () => {
    const message = "550 5.1.1 <ana.o'neill+x@mail.example.org>: no such user; call +49 (30) 901820 \0 \ud800";
    const id = await deadLetterEffect(engines.pool, effectOf(randomUUID(), { message, stack: message }));
    const { message: kept, stack } = await rowOf(id);
    expect(kept).toBe("550 5.1.1 <<email>>: no such user; call <phone> \\0 \ufffd");
    expect(stack).toBe(kept);
  });

  test("about an event of processing itself, or of no order, is not to be told", async () => {
    const dead = { consumer: "orders_g1", attempts: 1, version: "1.0.0", error: "Error", message: "", stack: "" };
    const poison = { ...dead, failureType: "invalid_message", failureClass: "poison" } as const;
    const processing = { ...poison, event: recorded(1, `order-${randomUUID()}`, "processing.parked") };
    expect(await toldOf(await deadLetterEvent(engines.pool, processing, NOW))).toEqual([]);
    const ledger = { ...poison, event: recorded(2, "ledger-bakery-mitte.0", "ledger.reserved") };
    const id = await deadLetterEvent(engines.pool, ledger, NOW);
    expect(await toldOf(id)).toEqual([]);
    expect(await rowOf(id)).toMatchObject({ reader: "orders", order_id: null, version: "1.0.0" });
  });
});
