import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import type { OrderLine, PlacedFulfilment } from "../../domain/order/events.ts";
import type { Order } from "../../domain/order/state.ts";
import { type Amendment, amended, type MadePart, madeOf } from "../order-state/amendments.ts";
import { foldEvent, foldOrders } from "../order-state/fold-orders.ts";
import type { Placing } from "../order-state/placing.ts";
import { shownUntil, type TicketStatus, ticketChanged, ticketStatus } from "./tickets.ts";

/** When a ticket came to its kitchen, and when a cook last saw it change. */
export interface TicketTimes {
  readonly receivedAt: string;
  readonly changedAt: string;
}

/** An order as the kitchens' row holds it. */
export interface KitchenOrder {
  readonly order: Order;
  /** By the place of the fulfilment; undefined until its site was notified. */
  readonly times: readonly (TicketTimes | undefined)[];
  /** What was changed in what the order is made of. */
  readonly amendments: readonly Amendment[];
  /** Revision of the last event folded. */
  readonly revision: bigint;
}

/** A line as a cook needs it. */
export interface KitchenLine
  extends Pick<OrderLine, "sku" | "name" | "quantity" | "allergens" | "binLocation" | "note"> {
  /** Names of what the customer takes in its place when it is missing, best first. */
  readonly substitutes?: readonly string[] | undefined;
}

/** A part of an order as its kitchen needs it. `name` is the site's. */
export interface KitchenPart {
  readonly fulfilmentId: string;
  readonly name: string;
  readonly lines: readonly KitchenLine[];
}

/** What kitchens need of a placing: the parts, and the event that their notes were sealed for. */
export interface KitchenPlacing {
  readonly eventId: string;
  readonly parts: readonly KitchenPart[];
}

/** The newest state of a ticket that a batch has changed, or of which it has changed what is made elsewhere. */
export interface TicketChange extends TicketTimes {
  readonly orderId: string;
  readonly fulfilmentId: string;
  readonly siteId: string;
  readonly status: TicketStatus;
  readonly shownUntil: string | undefined;
  /** Time and commit position of the event. */
  readonly at: string;
  readonly version: bigint;
}

/** What a batch leads to. */
export interface Folded {
  /** Orders that changed, by id. */
  readonly orders: ReadonlyMap<string, KitchenOrder>;
  /** Orders that are new, by id. */
  readonly placings: ReadonlyMap<string, KitchenPlacing>;
  readonly tickets: readonly TicketChange[];
}

/** Folds a batch upon the rows of its orders. An event that a row has seen before changes nothing. */
export function foldBatch(known: ReadonlyMap<string, KitchenOrder>, batch: readonly RecordedEvent[]): Folded {
  const placings = new Map<string, KitchenPlacing>();
  const tickets = new Map<string, TicketChange>();
  const orders = foldOrders<KitchenOrder>(known, batch, (row, event, orderId) => {
    const folded = foldEvent(row?.order, event);
    if (folded === undefined) return undefined;
    const { order, placing } = folded;
    if (placing) placings.set(orderId, kitchenPlacing(placing));
    const changed = changedTickets(row?.order, order, event);
    const { at } = event.metadata;
    const times = order.fulfilments.map((_, i): TicketTimes | undefined => {
      const was = row?.times[i];
      return changed[i] ? { receivedAt: was?.receivedAt ?? at, changedAt: at } : was;
    });
    if (changed.includes(true)) noteTickets(tickets, order, times, event);
    return { order, times, amendments: amended(row?.amendments ?? [], event), revision: event.revision };
  });
  return { orders, placings, tickets: [...tickets.values()] };
}

const kitchenPlacing = ({ eventId, data }: Placing): KitchenPlacing => ({
  eventId,
  parts: data.fulfilments.map(kitchenPart),
});

const kitchenLine = ({ sku, name, quantity, allergens, binLocation, note, substitutes }: OrderLine): KitchenLine => ({
  sku,
  name,
  quantity,
  allergens,
  binLocation,
  note,
  substitutes: substitutes?.map((offer) => offer.name),
});

const kitchenPart = ({ fulfilmentId, name, lines }: PlacedFulfilment): KitchenPart => ({
  fulfilmentId,
  name,
  lines: lines.map(kitchenLine),
});

/** A part as its kitchen makes it after all. */
export type MadeKitchenPart = MadePart<KitchenPart, KitchenLine>;

/** The parts of an order as they are made after all. */
export const kitchenParts = (
  { eventId, parts }: KitchenPlacing,
  amendments: readonly Amendment[],
): readonly MadeKitchenPart[] => madeOf(parts, eventId, amendments, { part: kitchenPart, line: kitchenLine });

/** Which of an order's tickets an event changes for their own cooks. */
function changedTickets(before: Order | undefined, order: Order, { type }: RecordedEvent): boolean[] {
  // The kitchen's display may have waited for this order while it was set aside: it is told about it anew.
  const redriven = type === "processing.redriven";
  return order.fulfilments.map((is, i) => {
    if (ticketStatus(order, is) === undefined) return false;
    const was = before?.fulfilments[i];
    return redriven || before === undefined || was === undefined || ticketChanged(before, order, was, is);
  });
}

/** A change of one ticket is told to all kitchens of its order: each sees how far the others are. */
function noteTickets(
  tickets: Map<string, TicketChange>,
  order: Order,
  times: readonly (TicketTimes | undefined)[],
  { metadata: { at }, position }: RecordedEvent,
): void {
  order.fulfilments.forEach((fulfilment, i) => {
    const status = ticketStatus(order, fulfilment);
    const own = times[i];
    if (status === undefined || own === undefined) return;
    const { orderId } = order;
    const { fulfilmentId, siteId } = fulfilment;
    const until = shownUntil(status, own.changedAt);
    const version = position.commit;
    tickets.set(`${orderId}/${fulfilmentId}`, {
      ...own,
      orderId,
      fulfilmentId,
      siteId,
      status,
      shownUntil: until,
      at,
      version,
    });
  });
}
