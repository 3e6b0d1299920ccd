import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import { type OrderEvent, orderIdOf } from "../../domain/order/events.ts";
import { evolve, type Order } from "../../domain/order/state.ts";
import { shownUntil, type TicketStatus, ticketChanged, ticketStatus } from "./tickets.ts";

/** An order as its row holds it. */
export interface OrderRow {
  readonly order: Order;
  /** Commit position and revision of the last event folded. */
  readonly version: bigint;
  readonly revision: bigint;
}

/** The newest state of a ticket that a batch has changed. */
export interface TicketChange {
  readonly orderId: string;
  readonly fulfilmentId: string;
  readonly siteId: string;
  readonly placedAt: string;
  /** Undefined until the site was notified. */
  readonly status: TicketStatus | undefined;
  /** Time of the notification, when it is in this batch. */
  readonly receivedAt: string | undefined;
  readonly changedAt: string;
  readonly shownUntil: string | undefined;
  readonly version: bigint;
}

/** What a batch leads to. */
export interface Folded {
  /** Orders that changed, by id, with what they are now. */
  readonly orders: ReadonlyMap<string, OrderRow>;
  readonly tickets: readonly TicketChange[];
  /** Events that are new to the read model. */
  readonly timeline: readonly { readonly orderId: string; readonly event: RecordedEvent }[];
  /** Business time of each changed order's last event. */
  readonly lastAt: ReadonlyMap<string, string>;
}

/** The ids of the orders that a batch touches. */
export function touchedOrders(batch: readonly RecordedEvent[]): string[] {
  const ids = new Set<string>();
  for (const { stream } of batch) {
    const orderId = orderIdOf(stream);
    if (orderId !== undefined) ids.add(orderId);
  }
  return [...ids];
}

/** Folds a batch upon the rows of its orders. An event that a row has seen before changes nothing. */
export function foldBatch(known: ReadonlyMap<string, OrderRow>, batch: readonly RecordedEvent[]): Folded {
  const orders = new Map<string, OrderRow>();
  const tickets = new Map<string, TicketChange>();
  const timeline: { orderId: string; event: RecordedEvent }[] = [];
  const lastAt = new Map<string, string>();
  for (const event of batch) {
    const orderId = orderIdOf(event.stream);
    if (orderId === undefined) continue;
    const row = orders.get(orderId) ?? known.get(orderId);
    if (row && event.revision <= row.revision) continue;
    timeline.push({ orderId, event });
    // Only the project writes order streams; the shapes are those of the contract.
    const fact = { type: event.type, data: event.data } as OrderEvent;
    const order = evolve(row?.order, fact, event.metadata.at);
    // A stream that does not begin with its placing is damaged: its timeline is kept, an order it is not.
    if (order === undefined) continue;
    orders.set(orderId, { order, version: event.position.commit, revision: event.revision });
    lastAt.set(orderId, event.metadata.at);
    noteTickets(tickets, row?.order, order, event);
  }
  return { orders, tickets: [...tickets.values()], timeline, lastAt };
}

function noteTickets(
  tickets: Map<string, TicketChange>,
  before: Order | undefined,
  order: Order,
  event: RecordedEvent,
): void {
  // The kitchen's display may have waited for this order while it was set aside: it is told about it anew.
  const redriven = event.type === "processing.redriven";
  order.fulfilments.forEach((fulfilment, i) => {
    const was = before?.fulfilments[i];
    if (before && was && !redriven && !ticketChanged(before, order, was, fulfilment)) return;
    const { orderId, placedAt } = order;
    const { fulfilmentId, siteId } = fulfilment;
    const key = `${orderId}/${fulfilmentId}`;
    const earlier = tickets.get(key);
    const { at } = event.metadata;
    const status = ticketStatus(order, fulfilment);
    tickets.set(key, {
      orderId,
      fulfilmentId,
      siteId,
      placedAt,
      status,
      receivedAt: earlier?.receivedAt ?? (fulfilment.notified && !was?.notified ? at : undefined),
      changedAt: at,
      shownUntil: shownUntil(status, at),
      version: event.position.commit,
    });
  });
}
