import { isSealed } from "../../domain/chain/sealing.ts";
import { type OrderPlaced, orderStream } from "../../domain/order/events.ts";
import type { Order } from "../../domain/order/state.ts";
import type { TicketLine, TicketView } from "../views.ts";
import { ticketStatus } from "./tickets.ts";
import { type Happened, orderNumber, placedData } from "./view.ts";

/** What a ticket's own row knows. */
export interface TicketTimes {
  readonly receivedAt: string;
  readonly changedAt: string;
}

/** Where an order was placed: the id of the event that sealed values were sealed for, and its data. */
export interface Placing {
  readonly eventId: string;
  readonly data: OrderPlaced;
}

/** The placing of an order, of its events. */
export const placingOf = (events: readonly Happened[]): Placing => ({
  eventId: events[0]?.id ?? "",
  data: placedData(events),
});

/** A kitchen's view of a fulfilment, notes sealed. Undefined before the site was notified. */
export function ticketView(
  order: Order,
  fulfilmentId: string,
  placing: Placing,
  times: TicketTimes,
): TicketView | undefined {
  const fulfilment = order.fulfilments.find((one) => one.fulfilmentId === fulfilmentId);
  const status = fulfilment && ticketStatus(order, fulfilment);
  if (!fulfilment || status === undefined) return undefined;
  const placed = placing.data.fulfilments.find((one) => one.fulfilmentId === fulfilmentId);
  const { customerId } = order;
  const stream = orderStream(order.orderId);
  return {
    orderId: order.orderId,
    fulfilmentId,
    number: orderNumber(order.orderId),
    siteId: fulfilment.siteId,
    status,
    receivedAt: times.receivedAt,
    promisedAt: order.delivery.promisedAt,
    stations: fulfilment.stations,
    started: fulfilment.started,
    completed: fulfilment.completed,
    lines: (placed?.lines ?? []).map(
      ({ sku, name, quantity, allergens, binLocation, note }): TicketLine => ({
        sku,
        name,
        quantity,
        allergens,
        binLocation,
        sealedNote: isSealed(note) ? { customerId, stream, eventId: placing.eventId, sealed: note } : undefined,
      }),
    ),
    changedAt: times.changedAt,
    courier: { assigned: order.courier.courierId !== undefined, arrived: order.courier.arrived },
  };
}
