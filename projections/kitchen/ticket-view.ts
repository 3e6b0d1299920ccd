import { isSealed } from "../../domain/chain/sealing.ts";
import { orderStream } from "../../domain/order/events.ts";
import type { FulfilmentState, Order } from "../../domain/order/state.ts";
import { orderNumber } from "../order-state/order-events.ts";
import type { TicketElsewhere, TicketLine, TicketView } from "../views.ts";
import type { KitchenPlacing, TicketTimes } from "./fold.ts";
import { isActive, ticketStatus } from "./tickets.ts";

/** A kitchen's view of a fulfilment, notes sealed. Undefined before the site was notified. */
export function ticketView(
  order: Order,
  fulfilmentId: string,
  placing: KitchenPlacing,
  times: TicketTimes,
): TicketView | undefined {
  const fulfilment = order.fulfilments.find((one) => one.fulfilmentId === fulfilmentId);
  const status = fulfilment && ticketStatus(order, fulfilment);
  if (!fulfilment || status === undefined) return undefined;
  const placed = placing.parts.find((one) => one.fulfilmentId === fulfilmentId);
  const { customerId } = order;
  const stream = orderStream(order.orderId);
  const others = order.fulfilments.filter((one) => one !== fulfilment);
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
    alsoAt: others.length === 0 ? undefined : others.map((other) => elsewhere(order, other, placing)),
  };
}

/** How far another site is with its part of the same order. */
function elsewhere(order: Order, fulfilment: FulfilmentState, { parts }: KitchenPlacing): TicketElsewhere {
  const { fulfilmentId, siteId } = fulfilment;
  const status = ticketStatus(order, fulfilment);
  const working = isActive(status);
  return {
    fulfilmentId,
    siteId,
    siteName: parts.find((one) => one.fulfilmentId === fulfilmentId)?.name ?? siteId,
    status,
    started: working ? fulfilment.started : [],
    completed: working ? fulfilment.completed : [],
  };
}
