import { describe, expect, test } from "vitest";
import { booked, ledgerOf, lines, OPENED_AT, stock } from "../../test/fixtures/ledger-examples.ts";
import { specify } from "../../test/given.ts";
import { decide, type LedgerCommand, type LedgerDecision, missingFrom } from "./decide.ts";
import { type LedgerEvent, ledgerOf as ledgerNamed, ledgerStream } from "./events.ts";
import { speculate } from "./speculate.ts";
import { availableOf, stockOf } from "./state.ts";

const given = specify({ fold: (events: readonly LedgerEvent[]) => ledgerOf(events), decide });
const appends = (event: LedgerEvent): LedgerDecision => ({ kind: "append", event });
const nothing: LedgerDecision = { kind: "nothing" };
const reserve = (orderId: string, ...pairs: readonly (string | number)[]): LedgerCommand => ({
  type: "reserve",
  orderId,
  fulfilmentId: "1.1",
  lines: lines(...pairs),
});
const release = (orderId: string): LedgerCommand => ({ type: "release", orderId, fulfilmentId: "1.1" });
const consume = (orderId: string): LedgerCommand => ({ type: "consume", orderId, fulfilmentId: "1.1" });

const stocked = [booked.received("cake", 5, "tart", 1)];

describe("reserving", () => {
  test("takes all lines in one event", () => {
    given(stocked)
      .when(reserve("o1", "cake", 2, "tart", 1))
      .then(appends(booked.reserved("o1", "cake", 2, "tart", 1)));
    const after = ledgerOf([...stocked, booked.reserved("o1", "cake", 2, "tart", 1)]);
    expect([stock(after, "cake"), stock(after, "tart")]).toEqual([
      [5, 2],
      [1, 1],
    ]);
    expect([availableOf(after, "cake"), availableOf(after, "tart")]).toEqual([3, 0]);
  });

  test("takes none when one line is short, and names each line that is", () => {
    given(stocked)
      .when(reserve("o1", "cake", 2, "tart", 2, "pie", 1))
      .then({
        kind: "missing",
        missing: [
          { sku: "tart", asked: 2, available: 1 },
          { sku: "pie", asked: 1, available: 0 },
        ],
      });
  });

  test("never promises the last one twice", () => {
    given([...stocked, booked.reserved("o1", "tart", 1)])
      .when(reserve("o2", "tart", 1))
      .then({ kind: "missing", missing: [{ sku: "tart", asked: 1, available: 0 }] });
  });

  test("adds up a SKU that stands in two lines", () => {
    given(stocked)
      .when(reserve("o1", "cake", 3, "cake", 3))
      .then({ kind: "missing", missing: [{ sku: "cake", asked: 6, available: 5 }] });
    given(stocked)
      .when(reserve("o1", "cake", 3, "cake", 2))
      .then(appends(booked.reserved("o1", "cake", 3, "cake", 2)));
    const after = ledgerOf([...stocked, booked.reserved("o1", "cake", 3, "cake", 2)]);
    expect(stock(after, "cake")).toEqual([5, 5]);
    expect(
      stock(ledgerOf([...stocked, booked.reserved("o1", "cake", 3, "cake", 2), booked.consumed("o1")]), "cake"),
    ).toEqual([0, 0]);
  });

  test("twice reserves once, and says where, whatever has become of the stock since", () => {
    const reserved = [...stocked, booked.reserved("o1", "cake", 2)];
    given(reserved)
      .when(reserve("o1", "cake", 2))
      .then({ kind: "known", status: "open", revision: 1n });
    given([...reserved, booked.counted("cake", 0)])
      .when(reserve("o1", "cake", 2))
      .then({ kind: "known", status: "open", revision: 1n });
  });

  test("again after it was settled does not reserve anew", () => {
    const reserved = [...stocked, booked.reserved("o1", "cake", 2)];
    given([...reserved, booked.released("o1")])
      .when(reserve("o1", "cake", 2))
      .then({ kind: "known", status: "released", revision: 2n });
    given([...reserved, booked.consumed("o1")])
      .when(reserve("o1", "cake", 2))
      .then({ kind: "known", status: "consumed", revision: 2n });
  });

  test("another fulfilment of the same order is another reservation", () => {
    given([...stocked, booked.reserved("o1", "cake", 2)])
      .when({ type: "reserve", orderId: "o1", fulfilmentId: "2.1", lines: lines("cake", 1) })
      .then(
        appends({
          type: "ledger.reserved",
          data: { reservationId: "o1:2.1", orderId: "o1", fulfilmentId: "2.1", lines: lines("cake", 1) },
        }),
      );
  });

  test("of an item marked unavailable finds none of it, however many lie there", () => {
    const marked = [...stocked, booked.unavailable("cake")];
    given(marked)
      .when(reserve("o1", "cake", 1))
      .then({ kind: "missing", missing: [{ sku: "cake", asked: 1, available: 0 }] });
    given([...marked, booked.available("cake")])
      .when(reserve("o1", "cake", 1))
      .then(appends(booked.reserved("o1", "cake", 1)));
  });

  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])("%d of something is refused", (quantity) => {
    given(stocked)
      .when(reserve("o1", "cake", 1, "tart", quantity))
      .refuses("quantity_invalid");
    given(stocked)
      .when({ type: "receive", lines: lines("tart", quantity) })
      .refuses("quantity_invalid");
  });

  test("nothing at all is refused", () => {
    given(stocked).when(reserve("o1")).refuses("lines_invalid");
    given(stocked).when({ type: "receive", lines: [] }).refuses("lines_invalid");
  });
});

describe("releasing", () => {
  const reserved = [...stocked, booked.reserved("o1", "cake", 2, "tart", 1)];

  test("gives the stock back, once", () => {
    given(reserved)
      .when(release("o1"))
      .then(appends(booked.released("o1")));
    const after = ledgerOf([...reserved, booked.released("o1")]);
    expect([stock(after, "cake"), stock(after, "tart")]).toEqual([
      [5, 0],
      [1, 0],
    ]);
    given([...reserved, booked.released("o1")])
      .when(release("o1"))
      .then({ kind: "known", status: "released", revision: 2n });
  });

  test("before the reservation has come is recorded as a void, which blocks it", () => {
    given(stocked)
      .when(release("o1"))
      .then(appends(booked.voided("o1")));
    given([...stocked, booked.voided("o1")])
      .when(reserve("o1", "cake", 1))
      .then({ kind: "known", status: "voided", revision: 1n });
    given([...stocked, booked.voided("o1")])
      .when(release("o1"))
      .then({ kind: "known", status: "voided", revision: 1n });
  });

  test("by a void that comes after all gives back what is open, and takes nothing from what is settled", () => {
    const open = ledgerOf([...reserved, booked.voided("o1")]);
    expect([stock(open, "cake"), open.reservations.get("o1:1.1")?.status]).toEqual([[5, 0], "released"]);
    const gone = ledgerOf([...reserved, booked.consumed("o1"), booked.voided("o1")]);
    expect([stock(gone, "cake"), gone.reservations.get("o1:1.1")?.status]).toEqual([[3, 0], "consumed"]);
  });

  test("what was consumed gives nothing back", () => {
    given([...reserved, booked.consumed("o1")])
      .when(release("o1"))
      .then({ kind: "known", status: "consumed", revision: 2n });
  });
});

describe("consuming", () => {
  const reserved = [...stocked, booked.reserved("o1", "cake", 2)];

  test("takes the goods out of stock, once", () => {
    given(reserved)
      .when(consume("o1"))
      .then(appends(booked.consumed("o1")));
    expect(stock(ledgerOf([...reserved, booked.consumed("o1")]), "cake")).toEqual([3, 0]);
    given([...reserved, booked.consumed("o1")])
      .when(consume("o1"))
      .then({ kind: "known", status: "consumed", revision: 2n });
  });

  test("what was released, voided or never reserved takes nothing", () => {
    given([...reserved, booked.released("o1")])
      .when(consume("o1"))
      .then({ kind: "known", status: "released", revision: 2n });
    given([...stocked, booked.voided("o1")])
      .when(consume("o1"))
      .then({ kind: "known", status: "voided", revision: 1n });
    given(stocked).when(consume("o1")).then(nothing);
  });

  test("more than a count has found leaves nothing, never less", () => {
    const short = [...reserved, booked.counted("cake", 1), booked.consumed("o1")];
    expect(stock(ledgerOf(short), "cake")).toEqual([0, 0]);
    expect(stock(ledgerOf([...short, booked.received("cake", 4)]), "cake")).toEqual([4, 0]);
  });
});

describe("receiving and counting", () => {
  test("goods that come in are added, with the reference of their delivery", () => {
    given(stocked)
      .when({ type: "receive", lines: lines("cake", 3, "cake", 1), reference: "delivery-7" })
      .then(
        appends({ type: "ledger.received", data: { lines: lines("cake", 3, "cake", 1), reference: "delivery-7" } }),
      );
    expect(stock(ledgerOf([...stocked, booked.received("cake", 3, "cake", 1)]), "cake")).toEqual([9, 0]);
  });

  test("more than can be counted exactly is refused: no chapter could carry it over", () => {
    const half = 2 ** 52;
    given([booked.received("cake", half)])
      .when({ type: "receive", lines: lines("cake", half) })
      .refuses("quantity_invalid");
    given([])
      .when({ type: "receive", lines: lines("cake", half, "cake", half) })
      .refuses("quantity_invalid");
    given([])
      .when({ type: "receive", lines: lines("cake", half, "tart", half) })
      .then(appends(booked.received("cake", half, "tart", half)));
  });

  test("a count sets what is there; one that finds what is expected records nothing", () => {
    given(stocked)
      .when({ type: "count", sku: "cake", onHand: 4 })
      .then(appends(booked.counted("cake", 4)));
    given(stocked).when({ type: "count", sku: "cake", onHand: 5 }).then(nothing);
    given(stocked).when({ type: "count", sku: "pie", onHand: 0 }).then(nothing);
    given(stocked)
      .when({ type: "count", sku: "pie", onHand: 2 })
      .then(appends(booked.counted("pie", 2)));
  });

  test("a count below what is reserved promises nothing more, and keeps what was promised", () => {
    const short = ledgerOf([...stocked, booked.reserved("o1", "cake", 4), booked.counted("cake", 1)]);
    expect([stock(short, "cake"), availableOf(short, "cake")]).toEqual([[1, 4], 0]);
  });

  test.each([-1, 0.5, Number.NaN])("a count of %d is refused", (onHand) => {
    given(stocked).when({ type: "count", sku: "cake", onHand }).refuses("quantity_invalid");
  });
});

describe("marking an item", () => {
  test("unavailable and available again changes its state once each", () => {
    given(stocked)
      .when({ type: "mark_unavailable", sku: "cake" })
      .then(appends(booked.unavailable("cake")));
    given(stocked).when({ type: "mark_available", sku: "cake" }).then(nothing);
    const marked = [...stocked, booked.unavailable("cake")];
    given(marked).when({ type: "mark_unavailable", sku: "cake" }).then(nothing);
    given(marked)
      .when({ type: "mark_available", sku: "cake" })
      .then(appends(booked.available("cake")));
  });
});

describe("a question about stock", () => {
  test("leaves the ledger exactly as it is, so that every process opens the next chapter alike", () => {
    const ledger = ledgerOf(stocked);
    const before = structuredClone(ledger);
    stockOf(ledger, "pie");
    availableOf(ledger, "pie");
    missingFrom(ledger, lines("pie", 1, "cake", 9));
    decide({ type: "count", sku: "pie", onHand: 0 }, ledger);
    decide(reserve("o1", "pie", 1), ledger);
    decide(reserve("o1", "cake", 1), ledger);
    decide(release("o1"), ledger);
    expect(ledger).toEqual(before);
  });
});

describe("an event that is decided but not yet stored", () => {
  const reserved = [...stocked, booked.reserved("o1", "cake", 2)];
  test.each<[string, LedgerEvent]>([
    ["a reservation", booked.reserved("o2", "cake", 1, "pie", 1)],
    ["a release", booked.released("o1")],
    ["a void", booked.voided("o3")],
    ["a void of what is open", booked.voided("o1")],
    ["consumption", booked.consumed("o1")],
    ["goods of a new SKU", booked.received("pie", 3, "pie", 2)],
    ["a count", booked.counted("cake", 2)],
    ["an item marked", booked.unavailable("cake")],
    ["an item marked that is unknown", booked.unavailable("pie")],
  ])("%s changes the ledger as if it were stored, and is taken back without a trace", (_, event) => {
    const ledger = ledgerOf(reserved);
    const takeBack = speculate(ledger, event, 2n, OPENED_AT);
    expect(ledger).toEqual(ledgerOf([...reserved, event]));
    takeBack();
    expect(ledger).toEqual(ledgerOf(reserved));
  });

  test("is taken back in an empty chapter too, and several in the reverse order", () => {
    const ledger = ledgerOf([]);
    const events = [booked.received("cake", 2), booked.reserved("o1", "cake", 2), booked.consumed("o1")];
    const undo = events.map((event, index) => speculate(ledger, event, BigInt(index), OPENED_AT));
    expect(ledger).toEqual(ledgerOf(events));
    for (const takeBack of undo.reverse()) takeBack();
    expect(ledger).toEqual(ledgerOf([]));
  });
});

describe("the name of a ledger's stream", () => {
  test("holds site and chapter, and both are read from it again", () => {
    expect(ledgerStream("sweet-crumbs-2", 12)).toBe("ledger-sweet-crumbs-2.12");
    expect(ledgerNamed("ledger-sweet-crumbs-2.12")).toEqual({ siteId: "sweet-crumbs-2", chapter: 12 });
  });

  test.each([
    "order-1",
    "ledger-x",
    "ledger-x.",
    "ledger-.1",
    "ledger-x.01",
    "ledger-X.1",
    "ledger-a--b.0",
    "ledger-x.1.2",
  ])("is not %s", (stream) => {
    expect(ledgerNamed(stream)).toBeUndefined();
  });
});
