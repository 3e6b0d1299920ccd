import type { StockLine } from "../../domain/inventory/events.ts";

/** What the pages of a chapter that is being opened have carried over so far; empty once all of them were seen. */
export interface Carried {
  readonly unavailable: readonly string[];
  readonly reservations: readonly string[];
}

export const NOTHING_CARRIED: Carried = { unavailable: [], reservations: [] };

/** Where a site's ledger stands. */
export interface LedgerRow {
  readonly siteId: string;
  readonly chapter: number;
  /** Of the last event of this chapter. */
  readonly revision: bigint;
  readonly version: bigint;
  readonly carried: Carried;
}

export interface StockRow {
  readonly siteId: string;
  readonly sku: string;
  readonly onHand: number;
  readonly reserved: number;
  readonly unavailable: boolean;
  /** Something of it was once on hand: what never was cannot run out. */
  readonly stocked: boolean;
  /** The outage that it is in, by the position of the event that began it. */
  readonly outSince: bigint | undefined;
  /** Position of the event that gave what is on hand, reserved and unavailable its values. */
  readonly version: bigint;
}

/** Why nothing can be had: everything is promised or gone, a count found nothing, it is marked, or a chapter says so. */
export type OutageCause = "sold_out" | "counted" | "marked_unavailable" | "carried_over";

/** A time during which nothing of a SKU could be had at a site. */
export interface OutageRow {
  readonly siteId: string;
  readonly sku: string;
  /** Position of the event that began it. */
  readonly version: bigint;
  readonly beganAt: string;
  readonly endedAt: string | undefined;
  readonly cause: OutageCause;
}

/** Ends an outage that an earlier batch began. */
export type OutageEnd = Omit<OutageRow, "beganAt" | "cause"> & { readonly endedAt: string };

export interface ReservationRow {
  readonly siteId: string;
  readonly reservationId: string;
  readonly lines: readonly StockLine[];
}

/** Rows that a batch needs: all of those that it may change. */
export interface KnownRows {
  readonly ledgers: readonly LedgerRow[];
  readonly stock: readonly StockRow[];
  readonly reservations: readonly ReservationRow[];
}

/** Rows that a batch has changed. */
export interface Folded extends KnownRows {
  readonly began: readonly OutageRow[];
  readonly ended: readonly OutageEnd[];
  readonly settled: readonly Omit<ReservationRow, "lines">[];
}
