import type { MissingItem } from "../order/events.ts";

// Stored for ever: see domain/order/events.ts for the rules of change.

/** Stream of chapter `n` (from 0) of a site's ledger. */
export const ledgerStream = (siteId: string, chapter: number): string => `ledger-${siteId}.${chapter}`;

/** Site and chapter of a ledger's stream, or undefined for any other stream. */
export function ledgerOf(stream: string): { siteId: string; chapter: number } | undefined {
  const match = /^ledger-([a-z0-9]+(?:-[a-z0-9]+)*)\.(0|[1-9]\d*)$/.exec(stream);
  return match?.[1] === undefined ? undefined : { siteId: match[1], chapter: Number(match[2]) };
}

/** A reservation's id: never used twice, since every plan of an order mints new fulfilment ids. */
export const reservationIdFor = (orderId: string, fulfilmentId: string): string => `${orderId}:${fulfilmentId}`;

/** So many units of a SKU: pieces, or grams, as the item is sold. */
export interface StockLine {
  readonly sku: string;
  readonly quantity: number;
}

export interface Reservation {
  readonly reservationId: string;
  readonly lines: readonly StockLine[];
}

export interface Balance {
  readonly sku: string;
  readonly onHand: number;
}

/** One page of what a chapter hands over to the next. */
export interface LedgerOpened {
  readonly chapter: number;
  readonly page: number;
  readonly pages: number;
  /** Hash of the last event of the chapter before; the genesis hash for chapter 0 stands in the chain itself. */
  readonly previousHash: string;
  /** Time of the chapter's first event: requests older than this may be known to earlier chapters. */
  readonly openedAt: string;
  readonly balances: readonly Balance[];
  readonly unavailable: readonly string[];
  readonly reservations: readonly Reservation[];
  readonly voids: readonly string[];
}

type Fact<Type extends string, Data> = { readonly type: Type; readonly data: Data };

export type LedgerEvent =
  | Fact<"ledger.opened", LedgerOpened>
  | Fact<"ledger.received", { lines: readonly StockLine[]; reference?: string | undefined }>
  | Fact<"ledger.counted", { sku: string; onHand: number }>
  | Fact<"ledger.reserved", Reservation & { orderId: string; fulfilmentId: string }>
  | Fact<"ledger.released", { reservationId: string }>
  /** A release that overtook its reservation: the reservation is blocked from now on. */
  | Fact<"ledger.voided", { reservationId: string }>
  | Fact<"ledger.consumed", { reservationId: string }>
  | Fact<"ledger.item_unavailable", { sku: string }>
  | Fact<"ledger.item_available", { sku: string }>
  | Fact<"ledger.closed", { next: number; events: number }>;

export type { MissingItem };
