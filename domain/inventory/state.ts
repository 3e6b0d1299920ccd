import type { LedgerEvent, StockLine } from "./events.ts";

/** What a reservation has come to, as far as this chapter knows. */
export type ReservationStatus = "open" | "released" | "voided" | "consumed";

export interface KnownReservation {
  readonly status: ReservationStatus;
  readonly lines: readonly StockLine[];
  /** Revision of the event in this chapter that brought it to its status. */
  readonly revision: bigint;
}

export interface Stock {
  onHand: number;
  reserved: number;
}

/**
 * One chapter of a site's ledger. Mutable and shared with nobody: a site has up to 10,000 SKUs and its sequencer folds
 * hundreds of events a second into it; copying it for each would be the cost of the whole ledger.
 */
export interface Ledger {
  readonly siteId: string;
  readonly chapter: number;
  readonly stock: Map<string, Stock>;
  readonly unavailable: Set<string>;
  readonly reservations: Map<string, KnownReservation>;
  events: number;
  /** Time of the first event; undefined in an empty chapter. */
  openedAt: string | undefined;
  /** Pages of `ledger.opened` still to come. */
  pagesMissing: number;
  closed: boolean;
}

/** An empty chapter of a site's ledger. */
export function emptyLedger(siteId: string, chapter: number): Ledger {
  return {
    siteId,
    chapter,
    stock: new Map(),
    unavailable: new Set(),
    reservations: new Map(),
    events: 0,
    openedAt: undefined,
    pagesMissing: 0,
    closed: false,
  };
}

/** Stock of a SKU; what was never received is nothing. Reading leaves the ledger as it is. */
export const stockOf = (ledger: Ledger, sku: string): Readonly<Stock> =>
  ledger.stock.get(sku) ?? { onHand: 0, reserved: 0 };

/** Units that can still be promised to a buyer; never negative. */
export function availableOf(ledger: Ledger, sku: string): number {
  if (ledger.unavailable.has(sku)) return 0;
  const stock = ledger.stock.get(sku);
  return stock ? Math.max(0, stock.onHand - stock.reserved) : 0;
}

/** Folds one event into the chapter, in place. Accepts every fact in every state. */
export function evolve(ledger: Ledger, event: LedgerEvent, revision: bigint, at: string): void {
  ledger.events += 1;
  ledger.openedAt ??= at;
  switch (event.type) {
    case "ledger.opened": {
      const { data } = event;
      if (data.page === 1) {
        ledger.pagesMissing = data.pages;
        ledger.openedAt = data.openedAt;
      }
      ledger.pagesMissing -= 1;
      for (const { sku, onHand } of data.balances) entryOf(ledger, sku).onHand = onHand;
      for (const sku of data.unavailable) ledger.unavailable.add(sku);
      for (const { reservationId, lines } of data.reservations) reserve(ledger, reservationId, lines, revision);
      for (const id of data.voids) voidOne(ledger, id, revision);
      return;
    }
    case "ledger.received":
      for (const { sku, quantity } of event.data.lines) entryOf(ledger, sku).onHand += quantity;
      return;
    case "ledger.counted":
      entryOf(ledger, event.data.sku).onHand = event.data.onHand;
      return;
    case "ledger.reserved":
      reserve(ledger, event.data.reservationId, event.data.lines, revision);
      return;
    case "ledger.released":
      settle(ledger, event.data.reservationId, "released", revision);
      return;
    case "ledger.voided":
      voidOne(ledger, event.data.reservationId, revision);
      return;
    case "ledger.consumed":
      settle(ledger, event.data.reservationId, "consumed", revision);
      return;
    case "ledger.item_unavailable":
      ledger.unavailable.add(event.data.sku);
      return;
    case "ledger.item_available":
      ledger.unavailable.delete(event.data.sku);
      return;
    case "ledger.closed":
      ledger.closed = true;
      return;
  }
}

/** Stock of a SKU for folding into: begins at nothing. */
function entryOf(ledger: Ledger, sku: string): Stock {
  let stock = ledger.stock.get(sku);
  if (!stock) {
    stock = { onHand: 0, reserved: 0 };
    ledger.stock.set(sku, stock);
  }
  return stock;
}

function reserve(ledger: Ledger, reservationId: string, lines: readonly StockLine[], revision: bigint): void {
  if (ledger.reservations.has(reservationId)) return;
  for (const { sku, quantity } of lines) entryOf(ledger, sku).reserved += quantity;
  ledger.reservations.set(reservationId, { status: "open", lines, revision });
}

function settle(ledger: Ledger, reservationId: string, status: "released" | "consumed", revision: bigint): void {
  const known = ledger.reservations.get(reservationId);
  if (known?.status !== "open") return;
  for (const { sku, quantity } of known.lines) {
    const stock = entryOf(ledger, sku);
    stock.reserved -= quantity;
    // After a count that found less than was promised, what is consumed was not among the goods counted.
    if (status === "consumed") stock.onHand = Math.max(0, stock.onHand - quantity);
  }
  ledger.reservations.set(reservationId, { status, lines: known.lines, revision });
}

/** Blocks a reservation that has not come; one that is open gives its stock back. */
function voidOne(ledger: Ledger, reservationId: string, revision: bigint): void {
  settle(ledger, reservationId, "released", revision);
  if (ledger.reservations.has(reservationId)) return;
  ledger.reservations.set(reservationId, { status: "voided", lines: [], revision });
}
