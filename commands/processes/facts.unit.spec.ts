import { expect, test } from "vitest";
import type { EventStore, StorableEvent } from "../../infra/event-store/port.ts";
import { happened, ORDER } from "../../test/fixtures/order-examples.ts";
import { NoLongerOwnedError } from "../writing/no-longer-owned.ts";
import { StreamWriter } from "../writing/writer.ts";
import { FactRecorder } from "./facts.ts";

test("nothing is recorded once the work is lost, also when that happens while the order is read", async () => {
  let held = true;
  const appended: StorableEvent[] = [];
  const store: EventStore = {
    append: async (_stream, events) => {
      appended.push(...events);
      return { revision: 0n, position: { commit: 1n, prepare: 1n } };
    },
    readStream: async () => {
      held = false; // the process was stopped here for longer than its lease
      return [];
    },
    readAll: async () => ({ events: [], next: undefined, atEnd: true }),
    head: async () => undefined,
    subscribeToAll: () => () => {},
    close: async () => {},
  };
  const writer = new StreamWriter(store, { service: { role: "test", version: "0", instance: "t" }, region: "local" });
  const facts = new FactRecorder(writer, { now: () => Date.parse("2026-11-21T10:00:00.000Z") }, new Uint8Array(32));
  const effect = { orderId: ORDER, id: "payment.confirm/1", held: () => held };
  const recording = facts.record(effect, { type: "system", id: "payment" }, { reference: "pi_1", result: "ok" }, () => [
    happened.paid(),
  ]);
  await expect(recording).rejects.toBeInstanceOf(NoLongerOwnedError);
  expect(appended).toEqual([]);
});
