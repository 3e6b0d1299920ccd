import type { RecordedEvent } from "../../../domain/chain/envelope.ts";
import type { LedgerEvent } from "../../../domain/inventory/events.ts";
import { emptyLedger, evolve, type Ledger, type ReservationStatus } from "../../../domain/inventory/state.ts";
import { extrasInUse, isFinal, type Order } from "../../../domain/order/state.ts";
import type { Evidence } from "./evidence.ts";

const LEDGER = /^ledger-(.+)\.(\d+)$/;

/** What a site's ledger says, all chapters folded. */
export interface SiteBooks {
  readonly siteId: string;
  readonly chapters: number;
  readonly current: Ledger;
  /** What each reservation came to, whichever chapter says so; those that were blocked before they came included. */
  readonly reservations: ReadonlyMap<string, ReservationStatus>;
  /** Reservations that were made: `ledger.reserved`, counted in the streams. */
  readonly made: number;
  readonly received: ReadonlyMap<string, number>;
  readonly consumed: ReadonlyMap<string, number>;
  readonly breaches: readonly string[];
}

/** Folds a site's chapters one after another, and looks after every event that nothing was promised that is not there. */
export function foldBooks(siteId: string, chapters: readonly (readonly RecordedEvent[])[]): SiteBooks {
  const reservations = new Map<string, ReservationStatus>();
  const received = new Map<string, number>();
  const consumed = new Map<string, number>();
  const breaches: string[] = [];
  let made = 0;
  let current = emptyLedger(siteId, 0);
  for (const [chapter, events] of chapters.entries()) {
    current = emptyLedger(siteId, chapter);
    for (const recorded of events) {
      const event = { type: recorded.type, data: recorded.data } as LedgerEvent; // what the system writes into ledgers
      if (event.type === "ledger.reserved" && reservations.has(event.data.reservationId)) {
        breaches.push(`duplicated: ${siteId} has reserved ${event.data.reservationId} twice`);
      }
      const open = event.type === "ledger.consumed" ? current.reservations.get(event.data.reservationId) : undefined;
      evolve(current, event, recorded.revision, recorded.metadata.at);
      if (event.type === "ledger.reserved") made++;
      if (event.type === "ledger.received") count(received, event.data.lines);
      if (open?.status === "open") count(consumed, open.lines);
      for (const [sku, { onHand, reserved }] of current.stock) {
        if (onHand >= 0 && reserved >= 0 && reserved <= onHand) continue;
        breaches.push(
          `oversold: ${recorded.stream}@${recorded.revision} leaves ${onHand} ${sku}, ${reserved} promised`,
        );
      }
    }
    for (const [id, { status }] of current.reservations) reservations.set(id, status);
  }
  return { siteId, chapters: chapters.length, current, reservations, made, received, consumed, breaches };
}

/** The books of every site of the evidence. */
export function booksOf({ streams }: Evidence): SiteBooks[] {
  const bySite = new Map<string, (readonly RecordedEvent[])[]>();
  for (const [stream, events] of streams) {
    const [, siteId = "", chapter = ""] = LEDGER.exec(stream) ?? [];
    if (siteId === "") continue;
    const chapters = bySite.get(siteId) ?? [];
    chapters[Number(chapter)] = events;
    bySite.set(siteId, chapters);
  }
  return [...bySite].map(([siteId, chapters]) => foldBooks(siteId, chapters));
}

/** Ledgers against what became of the orders: nothing leaked, nothing sold twice, nothing negative. */
export function judgeStock(evidence: Evidence): {
  readonly reservations: number;
  readonly chapters: number;
  readonly breaches: string[];
} {
  const breaches: string[] = [];
  let reservations = 0;
  let chapters = 0;
  for (const books of booksOf(evidence)) {
    breaches.push(...books.breaches);
    chapters += books.chapters;
    reservations += books.made;
    for (const [id, status] of books.reservations) {
      const [orderId = "", fulfilmentId = ""] = id.split(":");
      const breach = reservationBreach(evidence.orders.get(orderId), fulfilmentId, status);
      if (breach) breaches.push(`${books.siteId}: reservation ${id} ${breach}`);
    }
    for (const [sku, got] of books.received) {
      const left = got - (books.consumed.get(sku) ?? 0);
      const onHand = books.current.stock.get(sku)?.onHand ?? 0;
      if (left !== onHand) breaches.push(`leaked: ${books.siteId} has ${onHand} ${sku} and should have ${left}`);
    }
  }
  return { reservations, chapters, breaches };
}

function reservationBreach(
  order: Order | undefined,
  reservation: string,
  status: ReservationStatus,
): string | undefined {
  if (!order) return "belongs to no order";
  const substituted = order.fulfilments.find((one) => one.extras.some((extra) => extra.reservation === reservation));
  const fulfilment = order.fulfilments.find((one) => one.fulfilmentId === reservation) ?? substituted;
  if (!fulfilment) return "belongs to no fulfilment of its order";
  const givenUp = substituted && !extrasInUse(substituted).some((extra) => extra.reservation === reservation);
  if (fulfilment.rejected || givenUp) {
    return status === "released" || status === "voided" ? undefined : `is ${status} although nobody makes it there`;
  }
  if (fulfilment.ready) return status === "consumed" ? undefined : `is ${status} although the goods are made`;
  if (!isFinal(order)) return status === "open" ? undefined : `is ${status} although the order is under way`;
  return status === "released" || status === "voided"
    ? undefined
    : `is ${status} although the order ended as ${order.ended}`;
}

function count(into: Map<string, number>, lines: readonly { readonly sku: string; readonly quantity: number }[]): void {
  for (const { sku, quantity } of lines) into.set(sku, (into.get(sku) ?? 0) + quantity);
}
