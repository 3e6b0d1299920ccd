import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import { type LedgerEvent, ledgerOf } from "../../domain/inventory/events.ts";
import type { ReservationRow } from "./row-shapes.ts";

/** What of the rows a batch may change. */
export interface Touched {
  readonly siteIds: readonly string[];
  /** Sites of which a chapter is opened in the batch: all of their rows count. */
  readonly opened: readonly string[];
  readonly reservations: readonly Omit<ReservationRow, "lines">[];
  readonly skus: readonly { readonly siteId: string; readonly sku: string }[];
}

/** What a batch touches by its own words; the SKUs of settled reservations are known from their rows only. */
export function touchedBy(batch: readonly RecordedEvent[]): Touched {
  const siteIds = new Set<string>();
  const opened = new Set<string>();
  const reservations = new Map<string, Omit<ReservationRow, "lines">>();
  const skus = new Map<string, { siteId: string; sku: string }>();
  for (const event of batch) {
    const siteId = ledgerOf(event.stream)?.siteId;
    if (siteId === undefined) continue;
    siteIds.add(siteId);
    const { type, data } = { type: event.type, data: event.data } as LedgerEvent; // as in fold.ts
    if (type === "ledger.opened") opened.add(siteId);
    if ("reservationId" in data) {
      reservations.set(`${siteId}/${data.reservationId}`, { siteId, reservationId: data.reservationId });
    }
    if ("lines" in data) for (const { sku } of data.lines) skus.set(`${siteId}/${sku}`, { siteId, sku });
    if ("sku" in data) skus.set(`${siteId}/${data.sku}`, { siteId, sku: data.sku });
  }
  const partly = <T extends { siteId: string }>(rows: Iterable<T>) =>
    [...rows].filter((row) => !opened.has(row.siteId));
  return {
    siteIds: [...siteIds],
    opened: [...opened],
    reservations: partly(reservations.values()),
    skus: partly(skus.values()),
  };
}
