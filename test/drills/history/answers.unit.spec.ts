import { describe, expect, it } from "vitest";
import type { Call } from "./call.ts";
import { checkAnswers } from "./check.ts";
import { call, positionOf, saw, wrote } from "./testing-history.ts";

const found = (calls: readonly Call[]): string => checkAnswers("o", calls).breaches.join("\n");

const placed = wrote("place", [0, 10], 0);

describe("a history whose answers can all be true", () => {
  it.each([
    ["one call after another", [placed, wrote("cancel", [20, 30], 4), saw([40, 50], 4, 4)]],
    ["the system writes unseen between two calls", [placed, saw([20, 30], 7), wrote("cancel", [40, 50], 9)]],
    [
      "a read that did not ask for a position shows an earlier state",
      [placed, wrote("cancel", [20, 30], 4), saw([40, 50], 1)],
    ],
    [
      "a call that nobody answered was carried out, and its repeat is answered the same",
      [
        call({ what: "place", from: 0, to: 5, outcome: "unknown", status: 0 }),
        saw([6, 8], 0),
        wrote("place", [10, 20], 0, { seen: 3 }),
      ],
    ],
    [
      "a call that nobody answered was never carried out",
      [placed, call({ what: "cancel", from: 20, to: 30, outcome: "unknown", status: 503 })],
    ],
    [
      "two calls at the same time, the later answer being the earlier write",
      [placed, wrote("a", [20, 60], 2), wrote("b", [25, 40], 3)],
    ],
    [
      "what was asked for was so already",
      [
        placed,
        wrote("fulfilments/0.1/accept", [20, 30], 3),
        wrote("fulfilments/0.1/accept", [40, 50], 3, { key: "other" }),
      ],
    ],
    [
      "a refusal before, and the same key carried out later",
      [
        placed,
        call({ what: "cancel", from: 20, to: 30, outcome: "refused", status: 409, code: "x" }),
        wrote("cancel", [40, 50], 2),
      ],
    ],
    [
      "no order yet",
      [
        call({ what: "read", from: 0, to: 4, outcome: "refused", status: 404, code: "order_not_found" }),
        wrote("place", [2, 10], 0),
      ],
    ],
  ])("is linearizable: %s", (_, calls) => {
    expect(found(calls)).toBe("");
  });

  it("is linearizable: the repeat of what was carried out before the history began, and of nothing else", () => {
    const calls = [saw([0, 10], 7), wrote("accept", [20, 30], 2, { seen: 7 }), wrote("cancel", [40, 50], 9)];
    const breaches = (begun: number) =>
      checkAnswers("o", calls, { begunAt: BigInt(positionOf(begun)) }).breaches.join();
    expect(breaches(2)).toBe("");
    expect(breaches(1)).toContain("not linearizable");
  });
});

describe("a history with answers that cannot all be true", () => {
  it("shows a stale read after an acknowledged write, where the read asked for it", () => {
    expect(found([placed, wrote("ready", [20, 30], 4), saw([40, 50], 3, 4)])).toContain("not linearizable");
  });

  it("shows a read that says itself that it shows everything up to a later position, and does not", () => {
    const read = call({ what: "read", from: 40, to: 50, now: { revision: "3", position: "500", state: "after 3" } });
    expect(found([placed, wrote("ready", [20, 30], 4), read])).toContain("not linearizable");
    expect(found([placed, wrote("ready", [20, 30], 4), { ...read, stale: true }])).toBe("");
  });

  it("shows two winners at one revision, whether or not their answers came at the same time", () => {
    const one = wrote("delivery/accept", [20, 30], 5, { client: "courier:a" });
    const other = wrote("delivery/accept", [20, 30], 5, { client: "courier:b" });
    expect(found([placed, one, other])).toContain("not linearizable");
    expect(found([placed, one, { ...other, from: 40, to: 50 }])).toContain("not linearizable");
  });

  it("shows a write that was acknowledged later and lies earlier", () => {
    expect(found([placed, wrote("a", [20, 30], 5), wrote("b", [40, 50], 4)])).toContain("not linearizable");
  });

  it("shows a repeat that is answered otherwise than the first time", () => {
    const again = wrote("ready", [40, 50], 6);
    expect(found([placed, wrote("ready", [20, 30], 4), again])).toContain("not linearizable");
    const refused = call({ what: "ready", from: 40, to: 50, outcome: "refused", status: 409, code: "order_final" });
    expect(found([placed, wrote("ready", [20, 30], 4), refused])).toContain("not linearizable");
  });

  it("shows an order that was placed twice, or is gone after it was acknowledged", () => {
    expect(found([placed, wrote("place", [20, 30], 3, { key: "another" })])).toContain("not linearizable");
    const gone = call({ what: "read", from: 20, to: 30, outcome: "refused", status: 404, code: "order_not_found" });
    expect(found([placed, gone])).toContain("not linearizable");
  });

  it("shows a read that showed a write before it was asked for", () => {
    expect(found([placed, saw([12, 15], 4), wrote("ready", [20, 30], 4)])).toContain("not linearizable");
  });

  it("shows one revision with two statuses or two positions", () => {
    expect(
      found([
        placed,
        wrote("ready", [20, 30], 4),
        { ...saw([40, 50], 4), now: { revision: "4", position: "0", state: "delivered" } },
      ]),
    ).toContain("revision 4 was answered with status after 4 and delivered");
    expect(found([placed, wrote("ready", [20, 30], 4), wrote("ready", [40, 50], 4, { position: "999" })])).toContain(
      "revision 4 was answered with position 112 and 999",
    );
  });

  it("is called undecided, not sound, when the search comes to its bound", () => {
    const calls = Array.from({ length: 12 }, (_, n) => wrote(`w${n}`, [20, 90], n + 1));
    expect(checkAnswers("o", [placed, ...calls], { mostSteps: 10 }).breaches.join()).toContain("undecided after");
  });
});
