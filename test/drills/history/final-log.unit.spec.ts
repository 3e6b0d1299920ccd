import { expect, it } from "vitest";
import type { RecordedEvent } from "../../../domain/chain/envelope.ts";
import { commandIdFor } from "../../../domain/chain/ids.ts";
import { orderStream } from "../../../domain/order/events.ts";
import { chained } from "../../fixtures/chained.ts";
import { happened, ORDER } from "../../fixtures/order-examples.ts";
import type { Call } from "./call.ts";
import { compareWithLog } from "./final-log.ts";
import { call, wrote } from "./testing-history.ts";

const GUEST = "guest:ann";

/** The order's stream: placed, reserved, cancelled; the first and the last by the guest's own commands. */
function stream(): RecordedEvent[] {
  const events = chained(orderStream(ORDER), [happened.placed(), happened.reserved("1.1"), happened.cancelled()]);
  return events.map((event, index) => {
    const what = ["place", undefined, "cancel"][index];
    const cmd = what === undefined ? event.metadata.cmd : commandIdFor(GUEST, `${what}-key`);
    const position = { commit: BigInt(100 + index * 3), prepare: 0n };
    return { ...event, position, metadata: { ...event.metadata, cmd } };
  });
}

const calls = (): Call[] => [
  wrote("place", [0, 10], 0, { seen: 1, state: "placed" }),
  wrote("cancel", [20, 30], 2, { state: "cancelled" }),
];

const breaches = (history: readonly Call[], log: readonly RecordedEvent[]): string =>
  compareWithLog(ORDER, history, log).breaches.join("\n");

it("finds every acknowledged write in the final log once, where its answer said", () => {
  expect(compareWithLog(ORDER, calls(), stream())).toEqual({ writes: 2, heldAlready: 0, breaches: [] });
});

it("finds a write that was acknowledged and is not stored", () => {
  expect(breaches(calls(), stream().slice(0, 2))).toContain("lost: cancel of order");
});

it("finds a write whose place in the log is another than was acknowledged", () => {
  expect(breaches([wrote("place", [0, 10], 0, { position: "7" })], stream())).toContain("moved: place of order");
});

it("finds a write that was carried out twice, next to each other or apart", () => {
  const log = stream();
  const cancelled = log.at(-1);
  if (!cancelled) throw new Error("the log is empty");
  const again = (revision: bigint): RecordedEvent => ({ ...cancelled, id: "another", revision });
  expect(breaches(calls(), [...log, again(3n)])).toContain("doubled: cancel of order");
  expect(breaches(calls(), [...log, again(5n)])).toContain("doubled: cancel of order");
  expect(breaches(calls(), [...log, cancelled])).toContain("holds an event id twice");
});

it("finds a write that was refused and is stored all the same", () => {
  const refused = call({ what: "cancel", from: 20, to: 30, outcome: "refused", status: 409, code: "order_final" });
  expect(breaches([refused], stream())).toContain("refused and done: cancel of order");
  expect(breaches([call({ what: "cancel", from: 20, to: 30, outcome: "unknown", status: 0 })], stream())).toBe("");
});

it("finds an answer that shows what is not stored at its revision", () => {
  expect(breaches([wrote("place", [0, 10], 0, { seen: 1, state: "delivered" })], stream())).toContain("not so: place");
  expect(breaches([wrote("place", [0, 10], 0, { seen: 8, state: "placed" })], stream())).toContain("is not stored");
});

it("takes a write for done when somebody else had done it before, and only then", () => {
  const other = wrote("cancel", [40, 50], 2, { key: "another", state: "cancelled" });
  expect(compareWithLog(ORDER, [other], stream())).toMatchObject({ heldAlready: 1, breaches: [] });
  const accepted = wrote("fulfilments/1.1/accept", [40, 50], 2, { state: "cancelled" });
  expect(breaches([accepted], stream())).toContain("lost: fulfilments/1.1/accept");
});
