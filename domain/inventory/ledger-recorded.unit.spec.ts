import { expect, test } from "vitest";
import { carriedOver, stock } from "../../test/fixtures/ledger-examples.ts";
import { recorded } from "../../test/fixtures/recorded.ts";
import { type LedgerEvent, ledgerOf } from "./events.ts";
import { availableOf, emptyLedger, evolve } from "./state.ts";

const events = recorded("ledger-v1.jsonl");
const ORDER = "d5bb6aab-29bf-5730-98b0-bf8a396e93eb";
const OTHER = "98f3a396-be5c-53b0-964b-8814851870e6";
const VOIDED = "6549dd18-bf74-5371-91f7-cb956205804a";

/** The recorded chapter after its first events. */
function after(count: number) {
  const named = ledgerOf(events[0]?.stream ?? "") ?? expect.fail("not a ledger's stream");
  const ledger = emptyLedger(named.siteId, named.chapter);
  for (const { type, data, revision, metadata } of events.slice(0, count)) {
    evolve(ledger, { type, data } as LedgerEvent, revision, metadata.at); // recorded from these types
  }
  return ledger;
}

test("the recorded ledger shows the same stock after each event for ever", () => {
  const shown = events.map(({ type }, index) => {
    const ledger = after(index + 1);
    return [
      type,
      ...["carrot-cake", "tart", "cheddar"].map((sku) => [...stock(ledger, sku), availableOf(ledger, sku)]),
    ];
  });
  expect(shown).toEqual([
    ["ledger.opened", [5, 0, 5], [3, 0, 0], [0, 0, 0]],
    ["ledger.opened", [5, 1, 4], [3, 0, 0], [0, 0, 0]],
    ["ledger.received", [5, 1, 4], [5, 0, 0], [5000, 0, 5000]],
    ["ledger.item_available", [5, 1, 4], [5, 0, 5], [5000, 0, 5000]],
    ["ledger.reserved", [5, 3, 2], [5, 0, 5], [5000, 250, 4750]],
    ["ledger.reserved", [5, 3, 2], [5, 4, 1], [5000, 250, 4750]],
    ["ledger.voided", [5, 3, 2], [5, 4, 1], [5000, 250, 4750]],
    ["ledger.released", [5, 3, 2], [5, 0, 5], [5000, 250, 4750]],
    ["ledger.consumed", [3, 1, 2], [5, 0, 5], [4750, 0, 4750]],
    ["ledger.counted", [3, 1, 2], [5, 0, 5], [4700, 0, 4700]],
    ["ledger.item_unavailable", [3, 1, 0], [5, 0, 5], [4700, 0, 4700]],
    ["ledger.closed", [3, 1, 0], [5, 0, 5], [4700, 0, 4700]],
  ]);
});

test("the recorded ledger knows the same reservations for ever, each from the event that settled it", () => {
  const { reservations } = after(events.length);
  expect([...reservations].map(([id, { status, revision }]) => [id, status, revision])).toEqual([
    ["old-order:1.1", "open", 1n],
    ["gone-order:1.1", "voided", 1n],
    [`${ORDER}:1.1`, "consumed", 8n],
    [`${OTHER}:1.1`, "released", 7n],
    [`${VOIDED}:1.1`, "voided", 6n],
  ]);
});

test("the recorded ledger hands over the same to its next chapter for ever", () => {
  const ledger = after(events.length);
  expect([ledger.siteId, ledger.chapter, ledger.events]).toEqual(["sweet-crumbs", 1, 12]);
  expect([ledger.openedAt, ledger.closed]).toEqual(["2026-11-21T09:59:00.000Z", true]);
  expect([0, 1, 2].map((count) => after(count).pagesMissing)).toEqual([0, 1, 0]);
  expect(carriedOver(ledger)).toEqual({
    stock: {
      "carrot-cake": { onHand: 3, reserved: 1 },
      tart: { onHand: 5, reserved: 0 },
      cheddar: { onHand: 4700, reserved: 0 },
    },
    unavailable: new Set(["carrot-cake"]),
    open: { "old-order:1.1": [{ sku: "carrot-cake", quantity: 1 }] },
    voids: new Set(["gone-order:1.1", `${VOIDED}:1.1`]),
  });
});
