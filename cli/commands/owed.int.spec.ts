import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { orders } from "../../commands/orders/order-aggregate.ts";
import { StreamWriter } from "../../commands/writing/writer.ts";
import { subkeysOf } from "../../domain/chain/sealing.ts";
import { orderStream } from "../../domain/order/events.ts";
import { type ThrowawayStore, throwawayStore } from "../../infra/event-store/testing.ts";
import { AT, CONTACT, happened, ORDER } from "../../test/fixtures/order-examples.ts";
import { runHere } from "../testing-command.ts";

let engine: ThrowawayStore;

beforeAll(async () => {
  engine = await throwawayStore();
  const writer = new StreamWriter(engine.store, {
    service: { role: "test", version: "0", instance: "test" },
    region: "test",
  });
  const steps = [happened.placed("bakery"), happened.reserved(), happened.processing()];
  for (const [i, event] of steps.entries()) {
    await writer.write({
      stream: orderStream(ORDER),
      aggregate: orders,
      kind: "fact",
      envelope: {
        cmd: `step-${i}`,
        fp: "f".repeat(32),
        at: new Date(Date.parse(AT) + i * 1_000).toISOString(),
        actor: { type: "system", id: "test" },
        correlationId: "test",
        causationId: "test",
      },
      keys: subkeysOf("test", randomBytes(32)),
      decide: () => [event],
    });
  }
});
afterAll(() => engine.stop());

const owed = (...parts: readonly string[]) => runHere({ EVENTSTORE_URL: engine.url }, ["owed", ...parts]);

test("ordertrail owed tells event by event what every process would do, and writes nothing", async () => {
  const before = await engine.store.head();
  const { out, code } = await owed(ORDER);
  expect(code).toBe(0);
  expect(out).toMatch(/order\.placed\n {6}\+ stock: stock\.reserve\/1\.1/);
  expect(out).toMatch(
    /payment\.processing\n {6}- payment\.create\/1\n {6}\+ payment: payment\.confirm\/1 \(due .*asks payment/,
  );
  expect(out).not.toContain(CONTACT.name);
  expect(await engine.store.head()).toEqual(before);
});

test("ordertrail owed --at stops at a time or a position, and --json is for programs", async () => {
  const first = JSON.parse((await owed(ORDER, "--at", AT, "--json")).out);
  expect(first.events.map(({ type }: { type: string }) => type)).toEqual(["order.placed"]);
  const { position } = first.events[0];
  expect(JSON.parse((await owed(ORDER, "--at", position, "--json")).out)).toEqual(first);
  await expect(owed(ORDER, "--at", "yesterday")).rejects.toThrow("a position of the log");
  await expect(owed("8d6aab1f-0000-4000-8000-000000000000")).rejects.toThrow("there is no order");
});
