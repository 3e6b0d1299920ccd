import { describe, expect, test } from "vitest";
import { booked, carriedOver, ledgerOf, lines, SITE, stock } from "../../test/fixtures/ledger-examples.ts";
import { assertStorable, canonicalJson } from "../chain/canonical-json.ts";
import { closing, opening } from "./chapters.ts";
import { decide } from "./decide.ts";
import type { LedgerEvent } from "./events.ts";
import { emptyLedger, evolve, type Ledger } from "./state.ts";

const HASH = "583d7159359005b4d886494209299a8679e62dd6078e8c33556c6b52aac780b3";
const CLOSED_AT = "2026-11-21T22:00:00.000Z";
const APPEND_LIMIT = 1024 * 1024;

const history = [
  booked.received("tart", 4, "cake", 10),
  booked.reserved("open-2", "cake", 1),
  booked.reserved("open-1", "cake", 2, "tart", 1, "cake", 1),
  booked.reserved("consumed", "cake", 2),
  booked.reserved("released", "tart", 3),
  booked.consumed("consumed"),
  booked.released("released"),
  booked.voided("voided-2"),
  booked.voided("voided-1"),
  booked.unavailable("tart"),
  booked.unavailable("pie"),
];

const closed = (events: readonly LedgerEvent[]): Ledger => ledgerOf([...events, closing(ledgerOf(events))]);
const nextOf = (ledger: Ledger) => ledgerOf(opening(ledger, HASH, CLOSED_AT), ledger.chapter + 1);

/** The data of one page of an opening. */
function page(event: LedgerEvent | undefined) {
  return event?.type === "ledger.opened" ? event.data : expect.fail("not a page of an opening");
}

describe("closing the books", () => {
  test("ends a chapter, names the next and says how many events there were", () => {
    expect(closing(ledgerOf(history))).toEqual({ type: "ledger.closed", data: { next: 1, events: history.length } });
    expect(closing(ledgerOf(history, 6))).toMatchObject({ data: { next: 7 } });
    expect([ledgerOf(history).closed, closed(history).closed]).toEqual([false, true]);
  });
});

describe("opening the next chapter", () => {
  test("hands over balances, unavailable items, open reservations, voids and the last hash, in a fixed order", () => {
    expect(opening(closed(history), HASH, CLOSED_AT)).toEqual([
      {
        type: "ledger.opened",
        data: {
          chapter: 1,
          page: 1,
          pages: 1,
          previousHash: HASH,
          openedAt: CLOSED_AT,
          balances: [
            { sku: "cake", onHand: 8 },
            { sku: "tart", onHand: 4 },
          ],
          unavailable: ["pie", "tart"],
          reservations: [
            { reservationId: "open-1:1.1", lines: lines("cake", 2, "tart", 1, "cake", 1) },
            { reservationId: "open-2:1.1", lines: lines("cake", 1) },
          ],
          voids: ["voided-1:1.1", "voided-2:1.1"],
        },
      },
    ]);
  });

  test("makes a chapter that equals the old one in all that it carries over", () => {
    const old = closed(history);
    const next = nextOf(old);
    expect(carriedOver(next)).toEqual(carriedOver(old));
    expect([stock(next, "cake"), stock(next, "tart")]).toEqual([
      [8, 4],
      [4, 1],
    ]);
    expect([next.siteId, next.chapter, next.closed, next.pagesMissing]).toEqual([SITE, 1, false, 0]);
    expect(next.openedAt).toBe(CLOSED_AT);
  });

  test("of an empty ledger is one empty page", () => {
    const pages = opening(closed([]), HASH, CLOSED_AT);
    expect(pages).toHaveLength(1);
    expect(page(pages[0])).toMatchObject({ page: 1, pages: 1, balances: [], reservations: [], voids: [] });
  });

  test("depends on what the stock is, not on the order in which it became so", () => {
    const [cake, tart] = [booked.received("cake", 3), booked.received("tart", 4)];
    const [one, two] = [booked.reserved("o1", "cake", 1), booked.reserved("o2", "tart", 2)];
    const marks = [booked.unavailable("cake"), booked.unavailable("tart")];
    const there = closed([cake, tart, one, two, booked.voided("o3"), booked.voided("o4"), ...marks]);
    const back = closed([...marks.toReversed(), tart, cake, booked.voided("o4"), booked.voided("o3"), two, one]);
    expect(canonicalJson(opening(back, HASH, CLOSED_AT))).toBe(canonicalJson(opening(there, HASH, CLOSED_AT)));
  });

  test("is not changed by questions that were asked in between", () => {
    const asked = closed(history);
    decide({ type: "count", sku: "nothing", onHand: 0 }, asked);
    expect(opening(asked, HASH, CLOSED_AT)).toEqual(opening(closed(history), HASH, CLOSED_AT));
  });

  test("keeps on deciding where the old chapter stopped", () => {
    const next = nextOf(closed(history));
    const ask = (type: "reserve" | "release" | "consume", orderId: string) =>
      decide({ type, orderId, fulfilmentId: "1.1", lines: lines("cake", 1) }, next);
    expect(ask("reserve", "open-1")).toEqual({ kind: "known", status: "open", revision: 0n });
    expect(ask("reserve", "voided-1")).toEqual({ kind: "known", status: "voided", revision: 0n });
    expect(ask("release", "open-1")).toMatchObject({ kind: "append", event: booked.released("open-1") });
    expect(ask("consume", "open-2")).toMatchObject({ kind: "append", event: booked.consumed("open-2") });
    expect(decide({ type: "mark_unavailable", sku: "tart" }, next)).toEqual({ kind: "nothing" });
    expect(decide({ type: "reserve", orderId: "new", fulfilmentId: "1.1", lines: lines("cake", 5) }, next)).toEqual({
      kind: "missing",
      missing: [{ sku: "cake", asked: 5, available: 4 }],
    });
  });
});

describe("a chapter that is too large for one append", () => {
  const reservation = (n: number) => `${String(n).padStart(8, "0")}-0f2d-4acc-859a-c474f7297b83`;
  const many = (reservations: number, linesEach: number): Ledger =>
    closed([
      ...Array.from({ length: 500 }, (_, n) => booked.received(`a-quite-ordinary-item-${n}`, 1_000_000)),
      ...Array.from({ length: reservations }, (_, n) =>
        booked.reserved(
          reservation(n),
          ...Array.from({ length: linesEach }, (_, line) => [`a-quite-ordinary-item-${line}`, 1]).flat(),
        ),
      ),
    ]);

  test.each([
    ["many reservations", 9_000, 2],
    ["reservations of many lines", 2_500, 40],
  ])("is opened in pages, each of them well below the limit, with %s", (_, reservations, linesEach) => {
    const old = many(reservations, linesEach);
    const pages = opening(old, HASH, CLOSED_AT);
    expect(pages.length).toBeGreaterThan(1);
    expect(pages.length).toBeLessThan(2 + JSON.stringify(pages).length / (APPEND_LIMIT / 4));
    for (const [index, event] of pages.entries()) {
      expect(page(event)).toMatchObject({ page: index + 1, pages: pages.length, previousHash: HASH });
      expect(JSON.stringify(event).length).toBeLessThan(APPEND_LIMIT / 2);
      assertStorable(event.data);
    }
    expect(carriedOver(nextOf(old))).toEqual(carriedOver(old));
  });

  test("is not open for requests before its last page has come", () => {
    const old = many(2_500, 40);
    const pages = opening(old, HASH, CLOSED_AT);
    const next = emptyLedger(SITE, 1);
    const missing = pages.map((event, index) => {
      evolve(next, event, BigInt(index), CLOSED_AT);
      return next.pagesMissing;
    });
    expect(missing).toEqual(pages.map((_, index) => pages.length - 1 - index));
  });
});
