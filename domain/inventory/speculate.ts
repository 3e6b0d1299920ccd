import type { LedgerEvent, StockLine } from "./events.ts";
import { evolve, type Ledger } from "./state.ts";

/**
 * Folds an event that is decided but not yet stored, and returns how to take it back: the requests of one append are
 * decided one upon the other, and the append may still lose against another process.
 */
export function speculate(ledger: Ledger, event: LedgerEvent, revision: bigint, at: string): () => void {
  const { events, openedAt, pagesMissing, closed } = ledger;
  const id = "reservationId" in event.data ? event.data.reservationId : undefined;
  const reservation = id === undefined ? undefined : ledger.reservations.get(id);
  const skus = skusOf(event, reservation?.lines ?? []);
  const stocks = skus.map((sku) => [sku, { ...ledger.stock.get(sku) }] as const);
  const known = skus.map((sku) => ledger.stock.has(sku));
  const unavailable = skus.map((sku) => ledger.unavailable.has(sku));

  evolve(ledger, event, revision, at);

  return () => {
    Object.assign(ledger, { events, openedAt, pagesMissing, closed });
    if (id !== undefined) {
      if (reservation) ledger.reservations.set(id, reservation);
      else ledger.reservations.delete(id);
    }
    stocks.forEach(([sku, stock], i) => {
      if (known[i]) ledger.stock.set(sku, { onHand: stock.onHand ?? 0, reserved: stock.reserved ?? 0 });
      else ledger.stock.delete(sku);
      if (unavailable[i]) ledger.unavailable.add(sku);
      else ledger.unavailable.delete(sku);
    });
  };
}

/** SKUs whose stock an event may move. `ledger.opened` is never speculated on. */
function skusOf(event: LedgerEvent, reserved: readonly StockLine[]): string[] {
  if ("lines" in event.data) return [...new Set(event.data.lines.map(({ sku }) => sku))];
  if ("sku" in event.data) return [event.data.sku];
  return [...new Set(reserved.map(({ sku }) => sku))];
}
