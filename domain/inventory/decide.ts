import type { MissingItem } from "../order/events.ts";
import { Refusal } from "../refusal.ts";
import type { LedgerEvent, StockLine } from "./events.ts";
import { reservationIdFor } from "./events.ts";
import { availableOf, type Ledger, type ReservationStatus, stockOf } from "./state.ts";

/** What is asked of a site's ledger. Orders ask about one fulfilment: all of its lines, or none. */
export type LedgerCommand =
  | {
      readonly type: "reserve";
      readonly orderId: string;
      readonly fulfilmentId: string;
      readonly lines: readonly StockLine[];
    }
  | { readonly type: "release"; readonly orderId: string; readonly fulfilmentId: string }
  | { readonly type: "consume"; readonly orderId: string; readonly fulfilmentId: string }
  | { readonly type: "receive"; readonly lines: readonly StockLine[]; readonly reference?: string | undefined }
  | { readonly type: "count"; readonly sku: string; readonly onHand: number }
  | { readonly type: "mark_unavailable"; readonly sku: string }
  | { readonly type: "mark_available"; readonly sku: string };

/** What a ledger answers. `known` is what had been decided before: asking twice reserves once. */
export type LedgerDecision =
  | { readonly kind: "append"; readonly event: LedgerEvent }
  | { readonly kind: "known"; readonly status: ReservationStatus; readonly revision: bigint }
  | { readonly kind: "nothing" }
  | { readonly kind: "missing"; readonly missing: readonly MissingItem[] };

/** Decides one request against a chapter. Throws Refusal for quantities that make no sense. */
export function decide(command: LedgerCommand, ledger: Ledger): LedgerDecision {
  switch (command.type) {
    case "reserve":
      return reserve(ledger, command.orderId, command.fulfilmentId, command.lines);
    case "release":
      return release(ledger, reservationIdFor(command.orderId, command.fulfilmentId));
    case "consume":
      return consume(ledger, reservationIdFor(command.orderId, command.fulfilmentId));
    case "receive":
      return receive(ledger, command.lines, command.reference);
    case "count":
      return count(ledger, command.sku, command.onHand);
    case "mark_unavailable":
      return ledger.unavailable.has(command.sku)
        ? { kind: "nothing" }
        : { kind: "append", event: { type: "ledger.item_unavailable", data: { sku: command.sku } } };
    case "mark_available":
      return ledger.unavailable.has(command.sku)
        ? { kind: "append", event: { type: "ledger.item_available", data: { sku: command.sku } } }
        : { kind: "nothing" };
  }
}

/** Which lines the ledger could not serve now; empty when it could serve all of them. */
export function missingFrom(ledger: Ledger, lines: readonly StockLine[]): readonly MissingItem[] {
  return [...bySku(lines)].flatMap(([sku, quantity]) => {
    const available = availableOf(ledger, sku);
    return available >= quantity ? [] : [{ sku, asked: quantity, available }];
  });
}

function reserve(ledger: Ledger, orderId: string, fulfilmentId: string, lines: readonly StockLine[]): LedgerDecision {
  const reservationId = reservationIdFor(orderId, fulfilmentId);
  const known = ledger.reservations.get(reservationId);
  if (known) return { kind: "known", status: known.status, revision: known.revision };
  checkQuantities(lines);
  const missing = missingFrom(ledger, lines);
  if (missing.length > 0) return { kind: "missing", missing };
  return {
    kind: "append",
    event: { type: "ledger.reserved", data: { reservationId, orderId, fulfilmentId, lines } },
  };
}

function release(ledger: Ledger, reservationId: string): LedgerDecision {
  const known = ledger.reservations.get(reservationId);
  if (!known) return { kind: "append", event: { type: "ledger.voided", data: { reservationId } } };
  if (known.status !== "open") return { kind: "known", status: known.status, revision: known.revision };
  return { kind: "append", event: { type: "ledger.released", data: { reservationId } } };
}

function consume(ledger: Ledger, reservationId: string): LedgerDecision {
  const known = ledger.reservations.get(reservationId);
  if (!known) return { kind: "nothing" };
  if (known.status !== "open") return { kind: "known", status: known.status, revision: known.revision };
  return { kind: "append", event: { type: "ledger.consumed", data: { reservationId } } };
}

function receive(ledger: Ledger, lines: readonly StockLine[], reference: string | undefined): LedgerDecision {
  checkQuantities(lines);
  for (const [sku, quantity] of bySku(lines)) {
    // A balance beyond the safe integers could not be carried over to the next chapter.
    if (!Number.isSafeInteger(stockOf(ledger, sku).onHand + quantity)) {
      throw new Refusal("quantity_invalid", `so much of ${sku} cannot be counted`);
    }
  }
  return { kind: "append", event: { type: "ledger.received", data: pick(lines, reference) } };
}

function count(ledger: Ledger, sku: string, onHand: number): LedgerDecision {
  if (!Number.isSafeInteger(onHand) || onHand < 0) throw new Refusal("quantity_invalid", "a count is 0 or more");
  return stockOf(ledger, sku).onHand === onHand
    ? { kind: "nothing" }
    : { kind: "append", event: { type: "ledger.counted", data: { sku, onHand } } };
}

/** Sum of each SKU: one may stand in several lines. */
function bySku(lines: readonly StockLine[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { sku, quantity } of lines) sums.set(sku, (sums.get(sku) ?? 0) + quantity);
  return sums;
}

function checkQuantities(lines: readonly StockLine[]): void {
  if (lines.length === 0) throw new Refusal("lines_invalid", "at least one line is needed");
  for (const { sku, quantity } of lines) {
    if (!Number.isSafeInteger(quantity) || quantity <= 0) {
      throw new Refusal("quantity_invalid", `the quantity of ${sku} must be a whole number above 0`);
    }
  }
}

const pick = (lines: readonly StockLine[], reference: string | undefined) => ({
  lines,
  ...(reference === undefined ? {} : { reference }),
});
