import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import { closing, opening } from "../../domain/inventory/chapters.ts";
import { decide, type LedgerCommand } from "../../domain/inventory/decide.ts";
import { type LedgerEvent, ledgerStream } from "../../domain/inventory/events.ts";
import { availableOf, emptyLedger, evolve, type Ledger } from "../../domain/inventory/state.ts";
import { recorded } from "../../infra/consumers/testing/events.ts";
import { inBatches } from "../../test/fixtures/in-batches.ts";
import { OPENED_AT, SITE } from "../../test/fixtures/ledger-examples.ts";
import { foldBatch } from "./fold.ts";
import type { KnownRows, LedgerRow, OutageRow, ReservationRow, StockRow } from "./row-shapes.ts";
import { touchedBy } from "./touched.ts";

const SKUS = ["cake", "tart", "bread"];
const sku = fc.constantFrom(...SKUS);
const orderId = fc.constantFrom("o1", "o2", "o3", "o4", "o5");
const fulfilmentId = fc.constant("1.1");
const line = fc.record({ sku, quantity: fc.integer({ min: 1, max: 4 }) });

const command: fc.Arbitrary<LedgerCommand | "close"> = fc.oneof(
  fc.constant<"close">("close"),
  fc.record({
    type: fc.constant<"reserve">("reserve"),
    orderId,
    fulfilmentId,
    lines: fc.array(line, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ type: fc.constantFrom<"release" | "consume">("release", "consume"), orderId, fulfilmentId }),
  fc.record({ type: fc.constant<"receive">("receive"), lines: fc.array(line, { minLength: 1, maxLength: 3 }) }),
  fc.record({ type: fc.constant<"count">("count"), sku, onHand: fc.nat({ max: 6 }) }),
  fc.record({
    type: fc.constantFrom<"mark_unavailable" | "mark_available">("mark_unavailable", "mark_available"),
    sku,
  }),
);

/** One event a second. */
const timeOf = (index: number): string => new Date(Date.parse(OPENED_AT) + index * 1_000).toISOString();

/** What a site's ledger stores when it is asked all this, chapter after chapter. */
function history(commands: readonly (LedgerCommand | "close")[]): { log: RecordedEvent[]; ledger: Ledger } {
  const log: RecordedEvent[] = [];
  let ledger = emptyLedger(SITE, 0);
  let revision = -1n;
  const store = (event: LedgerEvent) => {
    revision += 1n;
    const stream = ledgerStream(SITE, ledger.chapter);
    const stored = recorded(log.length * 10, stream, event.type, event.data);
    log.push({ ...stored, revision, metadata: { ...stored.metadata, at: timeOf(log.length) } });
    evolve(ledger, event, revision, OPENED_AT);
  };
  for (const asked of commands) {
    if (asked === "close") {
      store(closing(ledger));
      const pages = opening(ledger, "hash", OPENED_AT);
      ledger = emptyLedger(SITE, ledger.chapter + 1);
      revision = -1n;
      for (const page of inSmallPages(pages)) store(page);
    } else {
      const decision = decide(asked, ledger);
      if (decision.kind === "append") store(decision.event);
    }
  }
  return { log, ledger };
}

/** The one page of an opening as three, so that what a page brings can be seen alone. */
function inSmallPages(pages: readonly LedgerEvent[]): LedgerEvent[] {
  return pages.flatMap((event): LedgerEvent[] => {
    if (event.type !== "ledger.opened") return [];
    const none = { balances: [], unavailable: [], reservations: [], voids: [] };
    const { balances, unavailable, reservations, voids } = event.data;
    return [{ balances }, { unavailable, reservations }, { voids }].map((content, index) => ({
      type: "ledger.opened",
      data: { ...event.data, ...none, ...content, page: index + 1, pages: 3 },
    }));
  });
}

/** The tables of the read model, in memory. */
class Tables {
  readonly ledgers = new Map<string, LedgerRow>();
  readonly stock = new Map<string, StockRow>();
  readonly reservations = new Map<string, ReservationRow>();
  readonly outages = new Map<string, OutageRow>();

  handle(batch: readonly RecordedEvent[]): void {
    const touched = touchedBy(batch);
    const whole = new Set(touched.opened);
    const reservations = [...this.reservations.values()].filter(
      (row) => whole.has(row.siteId) || touched.reservations.some((one) => one.reservationId === row.reservationId),
    );
    const skus = new Set([
      ...touched.skus.map((one) => one.sku),
      ...reservations.flatMap(({ lines }) => lines.map((one) => one.sku)),
    ]);
    const known: KnownRows = {
      ledgers: [...this.ledgers.values()],
      stock: [...this.stock.values()].filter((row) => whole.has(row.siteId) || skus.has(row.sku)),
      reservations,
    };
    const folded = foldBatch(known, batch);
    for (const row of folded.ledgers) this.ledgers.set(row.siteId, row);
    for (const row of folded.stock) this.stock.set(row.sku, row);
    for (const { endedAt, ...end } of folded.ended) {
      const key = `${end.sku}/${end.version}`;
      const begun = this.outages.get(key);
      if (begun) this.outages.set(key, { ...begun, endedAt });
    }
    for (const row of folded.began) this.outages.set(`${row.sku}/${row.version}`, row);
    for (const { reservationId } of folded.settled) this.reservations.delete(reservationId);
    for (const row of folded.reservations) this.reservations.set(row.reservationId, row);
  }

  rows() {
    const byKey = ([a]: [string, unknown], [b]: [string, unknown]) => (a < b ? -1 : 1);
    return [this.ledgers, this.stock, this.reservations, this.outages].map((table) => [...table].sort(byKey));
  }
}

function handled(log: readonly RecordedEvent[], sizes: readonly number[]): Tables {
  const tables = new Tables();
  for (const batch of inBatches(log, sizes)) tables.handle(batch);
  return tables;
}

/** When nothing could be had, `[sku, from, to]`, from asking the ledger after every event. */
function outagesIn(log: readonly RecordedEvent[]): [string, string, string | undefined][] {
  const found: [string, string, string | undefined][] = [];
  let ledger = emptyLedger(SITE, 0);
  const [stocked, open] = [new Set<string>(), new Map<string, number>()];
  for (const { stream, type, data, revision, metadata } of log) {
    const event = { type, data } as LedgerEvent; // made by history
    const chapter = Number(stream.slice(stream.lastIndexOf(".") + 1));
    if (chapter > ledger.chapter) ledger = emptyLedger(SITE, chapter);
    evolve(ledger, event, revision, metadata.at);
    if (ledger.pagesMissing > 0) continue;
    for (const one of SKUS) {
      if ((ledger.stock.get(one)?.onHand ?? 0) > 0) stocked.add(one);
      const since = open.get(one);
      const out = stocked.has(one) && availableOf(ledger, one) === 0;
      if (out && since === undefined) open.set(one, found.push([one, metadata.at, undefined]) - 1);
      if (out || since === undefined) continue;
      const period = found[since];
      if (period) period[2] = metadata.at;
      open.delete(one);
    }
  }
  return found.sort();
}

const outages = (tables: Tables) =>
  [...tables.outages.values()].map(({ sku: one, beganAt, endedAt }) => [one, beganAt, endedAt]).sort();

const available = (tables: Tables) =>
  SKUS.map((one) => {
    const row = tables.stock.get(one);
    return row === undefined || row.unavailable ? 0 : Math.max(0, row.onHand - row.reserved);
  });

describe("availability", () => {
  test("equals folding the ledger, over any number of chapters", () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
        const { log, ledger } = history(commands);
        const tables = handled(log, [5]);
        expect(available(tables)).toEqual(SKUS.map((one) => availableOf(ledger, one)));
        for (const [one, { onHand, reserved }] of ledger.stock) {
          const row = tables.stock.get(one);
          expect([row?.onHand ?? 0, row?.reserved ?? 0]).toEqual([onHand, reserved]);
        }
        const open = [...ledger.reservations].filter(([, { status }]) => status === "open").map(([id]) => id);
        expect([...tables.reservations.keys()].sort()).toEqual(open.sort());
        expect(tables.ledgers.get(SITE)?.chapter ?? 0).toBe(log.length === 0 ? 0 : ledger.chapter);
      }),
    );
  });

  test("knows every time during which nothing could be had, over any number of chapters", () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 40 }), fc.integer({ min: 1, max: 9 }), (commands, size) => {
        const { log } = history(commands);
        expect(outages(handled(log, [size]))).toEqual(outagesIn(log));
      }),
      { numRuns: 300 },
    );
  });

  test("says why nothing can be had", () => {
    const causes = (...commands: (LedgerCommand | "close")[]) => {
      const { log } = history([{ type: "receive", lines: [{ sku: "cake", quantity: 2 }] }, ...commands]);
      return [...handled(log, [3]).outages.values()].map(({ cause, endedAt }) => [cause, endedAt !== undefined]);
    };
    const order = { orderId: "o1", fulfilmentId: "1.1" };
    const buyAll: LedgerCommand = { type: "reserve", ...order, lines: [{ sku: "cake", quantity: 2 }] };
    expect(causes()).toEqual([]);
    expect(causes(buyAll)).toEqual([["sold_out", false]]);
    expect(causes(buyAll, { type: "release", ...order })).toEqual([["sold_out", true]]);
    expect(causes(buyAll, { type: "consume", ...order }, "close")).toEqual([["sold_out", false]]);
    expect(causes({ type: "count", sku: "cake", onHand: 0 })).toEqual([["counted", false]]);
    expect(causes({ type: "mark_unavailable", sku: "cake" })).toEqual([["marked_unavailable", false]]);
    expect(causes({ type: "mark_unavailable", sku: "tart" }, { type: "count", sku: "bread", onHand: 0 })).toEqual([]);
  });

  test("has the same rows in batches of any size", () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fc.array(command, { maxLength: 40 }), sizes, (commands, cut) => {
        const { log } = history(commands);
        expect(handled(log, cut).rows()).toEqual(handled(log, [1]).rows());
      }),
    );
  });

  test("is the same when every event comes twice", () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 30 }), (commands) => {
        const { log } = history(commands);
        const twice = new Tables();
        for (const event of log) {
          twice.handle([event]);
          twice.handle([event]);
        }
        expect(twice.rows()).toEqual(handled(log, [1]).rows());
      }),
    );
  });

  test("is right again from the next chapter on when the end of one was set aside, and ignores what comes late", () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(command, { minLength: 10, maxLength: 40 }),
        fc.array(command, { maxLength: 10 }),
        share,
        (before, after, kept) => {
          const { log, ledger } = history([...before, "close", ...after.filter((one) => one !== "close")]);
          const missed = ledgerStream(SITE, ledger.chapter - 1);
          const chapter = log.filter(({ stream }) => stream === missed);
          const late = chapter.slice(Math.floor(kept * chapter.length));
          const tables = handled([...log.filter((event) => !late.includes(event)), ...late], [4]);
          expect(available(tables)).toEqual(SKUS.map((one) => availableOf(ledger, one)));
        },
      ),
      { numRuns: 300 },
    );
  });

  test("does not flicker while the pages of a chapter arrive one by one", () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 30 }), (commands) => {
        const { log } = history(commands.filter((one) => one !== "close"));
        const { log: closed } = history([...commands.filter((one) => one !== "close"), "close"]);
        const before = available(handled(log, [3]));
        for (let end = log.length; end <= closed.length; end++) {
          expect(available(handled(closed.slice(0, end), [1]))).toEqual(before);
        }
      }),
    );
  });
});
