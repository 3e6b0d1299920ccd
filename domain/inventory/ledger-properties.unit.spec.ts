import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { carriedOver, ledgerOf, lines, OPENED_AT, SITE } from "../../test/fixtures/ledger-examples.ts";
import { deepFreeze } from "../../test/given.ts";
import { Refusal } from "../refusal.ts";
import { closing, opening } from "./chapters.ts";
import { decide, type LedgerCommand, type LedgerDecision } from "./decide.ts";
import type { LedgerEvent, StockLine } from "./events.ts";
import { speculate } from "./speculate.ts";
import { availableOf, emptyLedger, evolve, type Ledger, stockOf } from "./state.ts";

const SKUS = ["cake", "tart", "pie"];
const sku = fc.constantFrom(...SKUS);
const orderId = fc.integer({ min: 1, max: 8 }).map((n) => `o${n}`);
const stockLines = fc.array(fc.record({ sku, quantity: fc.integer({ min: -1, max: 6 }) }), { maxLength: 4 });
const ofOrder = <Type extends "release" | "consume">(type: Type) =>
  orderId.map((id): LedgerCommand => ({ type, orderId: id, fulfilmentId: "1.1" }));

const reserving = fc
  .tuple(orderId, stockLines)
  .map(([id, asked]): LedgerCommand => ({ type: "reserve", orderId: id, fulfilmentId: "1.1", lines: asked }));
const receiving = stockLines.map((received): LedgerCommand => ({ type: "receive", lines: received }));
const counting = fc
  .record({ sku, onHand: fc.integer({ min: -1, max: 10 }) })
  .map((found): LedgerCommand => ({ type: "count", ...found }));
const marking = fc
  .record({ type: fc.constantFrom("mark_unavailable", "mark_available"), sku })
  .map((mark): LedgerCommand => mark);

const withoutCounts = fc.oneof(
  { weight: 6, arbitrary: reserving },
  { weight: 3, arbitrary: receiving },
  { weight: 2, arbitrary: ofOrder("release") },
  { weight: 2, arbitrary: ofOrder("consume") },
  { weight: 1, arbitrary: marking },
);
const withCounts = fc.oneof({ weight: 12, arbitrary: withoutCounts }, { weight: 1, arbitrary: counting });
const many = (command: fc.Arbitrary<LedgerCommand>) => fc.array(command, { maxLength: 60, size: "max" });

/** What is decided; a refusal decides nothing. */
function decided(command: LedgerCommand, ledger: Ledger): LedgerDecision {
  try {
    return decide(deepFreeze(command), ledger);
  } catch (error) {
    if (error instanceof Refusal) return { kind: "nothing" };
    throw error;
  }
}

/** Asks a new ledger one thing after the other, and shows it after each with the decision. */
function run(commands: readonly LedgerCommand[], see: (ledger: Ledger, decision: LedgerDecision) => void = () => {}) {
  const ledger = emptyLedger(SITE, 0);
  const events: LedgerEvent[] = [];
  for (const command of commands) {
    const before = structuredClone(ledger);
    const decision = decided(command, ledger);
    expect(decided(command, ledger)).toEqual(decision);
    expect(ledger).toEqual(before);
    if (decision.kind === "append") {
      evolve(ledger, deepFreeze(decision.event), BigInt(events.length), OPENED_AT);
      events.push(decision.event);
    }
    see(ledger, decision);
  }
  return events;
}

/** Sums of what the events say, kept in a second way: all that came in, less all that went out. */
function bookkeeping(events: readonly LedgerEvent[], of: string) {
  const sum = (all: readonly StockLine[]) => all.reduce((n, line) => n + (line.sku === of ? line.quantity : 0), 0);
  const promised = new Map<string, number>();
  let received = 0;
  let gone = 0;
  for (const event of events) {
    if (event.type === "ledger.received") received += sum(event.data.lines);
    if (event.type === "ledger.reserved") promised.set(event.data.reservationId, sum(event.data.lines));
    if (event.type === "ledger.consumed") gone += promised.get(event.data.reservationId) ?? 0;
    if (event.type === "ledger.consumed" || event.type === "ledger.released") promised.delete(event.data.reservationId);
  }
  return { onHand: received - gone, reserved: [...promised.values()].reduce((a, b) => a + b, 0) };
}

describe("whatever is asked of a ledger, in whatever order", () => {
  test("no stock is promised twice: reserved never exceeds what is on hand while nothing is counted down", () => {
    let shortages = 0;
    fc.assert(
      fc.property(many(withoutCounts), (commands) => {
        const events = run(commands, (ledger, decision) => {
          if (decision.kind === "missing") shortages++;
          for (const { onHand, reserved } of ledger.stock.values()) {
            expect(reserved >= 0 && reserved <= onHand, `${reserved} of ${onHand}`).toBe(true);
          }
        });
        const ledger = ledgerOf(events);
        for (const each of SKUS) expect(stockOf(ledger, each)).toEqual(bookkeeping(events, each));
      }),
      { numRuns: 150, seed: 1 },
    );
    expect(shortages).toBeGreaterThan(100);
  });

  test("stock is never negative, and nothing is reserved beyond what is available, whatever is counted", () => {
    let counts = 0;
    fc.assert(
      fc.property(many(withCounts), (commands) => {
        let free = new Map<string, number>();
        run(commands, (ledger, decision) => {
          for (const { onHand, reserved } of ledger.stock.values()) {
            expect(onHand >= 0 && reserved >= 0, `${reserved} of ${onHand}`).toBe(true);
          }
          if (decision.kind === "append" && decision.event.type === "ledger.counted") counts++;
          if (decision.kind === "append" && decision.event.type === "ledger.reserved") {
            const asked = decision.event.data.lines;
            for (const each of new Set(asked.map((line) => line.sku))) {
              const sum = asked.reduce((n, line) => n + (line.sku === each ? line.quantity : 0), 0);
              expect(sum).toBeLessThanOrEqual(free.get(each) ?? 0);
            }
          }
          free = new Map(SKUS.map((each) => [each, availableOf(ledger, each)]));
        });
      }),
      { numRuns: 150, seed: 2 },
    );
    expect(counts).toBeGreaterThan(50);
  });

  test("a reservation is decided once and settled once", () => {
    fc.assert(
      fc.property(many(withCounts), (commands) => {
        const heard = new Map<string, string[]>();
        for (const { type, data } of run(commands)) {
          if (!("reservationId" in data)) continue;
          heard.set(data.reservationId, [...(heard.get(data.reservationId) ?? []), type]);
        }
        for (const [id, types] of heard) {
          const said = types.join(" → ");
          expect([id, /^ledger\.(voided|reserved( → ledger\.(released|consumed))?)$/.test(said), said]).toEqual([
            id,
            true,
            said,
          ]);
        }
      }),
      { numRuns: 150 },
    );
  });
});

describe("folding a ledger", () => {
  const anyEvent: fc.Arbitrary<LedgerEvent> = fc.oneof(
    reserving.map((command) => asEvent(command)),
    fc.record({ type: fc.constant("ledger.received" as const), data: fc.record({ lines: stockLines }) }),
    fc.record({ type: fc.constant("ledger.counted" as const), data: fc.record({ sku, onHand: fc.nat({ max: 9 }) }) }),
    fc.record({
      type: fc.constantFrom("ledger.released", "ledger.voided", "ledger.consumed"),
      data: fc.record({ reservationId: orderId.map((id) => `${id}:1.1`) }),
    }),
    fc.record({
      type: fc.constantFrom("ledger.item_unavailable", "ledger.item_available"),
      data: fc.record({ sku }),
    }),
    fc.constant(closing(emptyLedger(SITE, 0))),
    fc.constant(opening(ledgerOf([]), "00", OPENED_AT)[0] ?? closing(emptyLedger(SITE, 0))),
    fc.constant({ type: "ledger.inspected", data: {} } as unknown as LedgerEvent), // what a later version has written
  );

  test("accepts every fact in every state and does not touch the events", () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 60, size: "max" }), (events) => {
        const ledger = ledgerOf(deepFreeze(events));
        expect(ledger.events).toBe(events.length);
        for (const each of SKUS) expect(availableOf(ledger, each)).toBeGreaterThanOrEqual(0);
        const open = [...ledger.reservations.values()].filter(({ status }) => status === "open");
        for (const each of SKUS) {
          const sum = open.flatMap((known) => known.lines).reduce((n, l) => n + (l.sku === each ? l.quantity : 0), 0);
          expect(stockOf(ledger, each).reserved).toBe(sum);
        }
      }),
      { numRuns: 200 },
    );
  });

  test("an event that is decided and taken back leaves no trace, whatever it is", () => {
    fc.assert(
      fc.property(many(withCounts), many(withCounts), (commands, more) => {
        const events = run(commands);
        const ledger = ledgerOf(events);
        const undo: (() => void)[] = [];
        for (const command of more) {
          const decision = decided(command, ledger);
          if (decision.kind === "append") undo.push(speculate(ledger, decision.event, 99n, OPENED_AT));
        }
        for (const takeBack of undo.reverse()) takeBack();
        expect(ledger).toEqual(ledgerOf(events));
      }),
      { numRuns: 100 },
    );
  });

  test("in chapters gives what folding in one gives, wherever the books are closed", () => {
    fc.assert(
      fc.property(many(withCounts), fc.array(fc.nat({ max: 60 }), { maxLength: 4 }), (commands, closings) => {
        const events = run(commands);
        let chapter = ledgerOf([]);
        for (const [index, event] of events.entries()) {
          if (closings.includes(index)) chapter = next(chapter);
          evolve(chapter, event, BigInt(chapter.events), OPENED_AT);
        }
        chapter = next(chapter);
        expect(carriedOver(chapter)).toEqual(carriedOver(ledgerOf(events)));
      }),
      { numRuns: 150 },
    );
  });
});

/** The chapter after this one, whose books are closed by it. */
function next(ledger: Ledger): Ledger {
  evolve(ledger, closing(ledger), BigInt(ledger.events), OPENED_AT);
  return ledgerOf(opening(ledger, "00", OPENED_AT), ledger.chapter + 1);
}

/** The event of a reservation, whether the stock allows it or not. */
function asEvent(command: LedgerCommand): LedgerEvent {
  if (command.type !== "reserve") throw new Error("only reservations");
  const { type: _, ...reservation } = command;
  return {
    type: "ledger.reserved",
    data: { ...reservation, reservationId: `${command.orderId}:${command.fulfilmentId}` },
  };
}

test("the number of buyers does not matter: of 200 who ask for one each, as many succeed as there are", () => {
  const ledger = ledgerOf([{ type: "ledger.received", data: { lines: lines("cake", 5) } }]);
  const outcomes = Array.from({ length: 200 }, (_, n) => {
    const asked = { type: "reserve", orderId: `buyer-${n}`, fulfilmentId: "1.1", lines: lines("cake", 1) } as const;
    const decision = decide(asked, ledger);
    if (decision.kind === "append") evolve(ledger, decision.event, BigInt(n + 1), OPENED_AT);
    return decision.kind;
  });
  expect(outcomes.filter((kind) => kind === "append")).toHaveLength(5);
  expect(stockOf(ledger, "cake")).toEqual({ onHand: 5, reserved: 5 });
});
