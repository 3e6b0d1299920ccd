import { isSealed } from "../../domain/chain/sealing.ts";
import { orderStream } from "../../domain/order/events.ts";
import { type FulfilmentState, type Order, standing } from "../../domain/order/state.ts";
import { orderNumber } from "../order-state/order-events.ts";
import type { TicketElsewhere, TicketLine, TicketView } from "../views.ts";
import {
  type KitchenOrder,
  type KitchenPlacing,
  kitchenParts,
  type MadeKitchenPart,
  type TicketTimes,
} from "./fold.ts";
import { isActive, ticketStatus } from "./tickets.ts";

/** A kitchen's view of a fulfilment, notes sealed. Undefined before the site was notified. */
export function ticketView(
  { order, amendments }: Pick<KitchenOrder, "order" | "amendments">,
  fulfilmentId: string,
  placing: KitchenPlacing,
  times: TicketTimes,
): TicketView | undefined {
  const fulfilment = order.fulfilments.find((one) => one.fulfilmentId === fulfilmentId);
  const status = fulfilment && ticketStatus(order, fulfilment);
  if (!fulfilment || status === undefined) return undefined;
  const parts = kitchenParts(placing, amendments);
  const made = parts.find((one) => one.fulfilmentId === fulfilmentId);
  const { customerId } = order;
  const stream = orderStream(order.orderId);
  // Who gave the order back has nothing to do with it any more, and is no other part of it.
  const others = standing(order).filter((one) => one !== fulfilment && !fulfilment.replaced);
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
    lines: (made?.lines ?? []).map(({ line, eventId, insteadOf, leftOut }): TicketLine => {
      const { sku, name, quantity, allergens, binLocation, note, substitutes } = line;
      const missing = fulfilment.unavailable.includes(sku) ? "missing" : undefined;
      return {
        sku,
        name,
        quantity,
        allergens,
        binLocation,
        sealedNote: isSealed(note) ? { customerId, stream, eventId, sealed: note } : undefined,
        state: leftOut ? "left_out" : missing,
        insteadOf,
        substitutes,
      };
    }),
    changedAt: times.changedAt,
    courier: { assigned: order.courier.courierId !== undefined, arrived: order.courier.arrived },
    alsoAt: others.length === 0 ? undefined : others.map((other) => elsewhere(order, other, parts)),
    ...handedOn(order, fulfilment, placing, parts),
  };
}

/** From which site the part came, and to which it has gone: another one makes it when a site does not. */
function handedOn(
  { fulfilments }: Order,
  fulfilment: FulfilmentState,
  placing: KitchenPlacing,
  parts: readonly MadeKitchenPart[],
): Pick<TicketView, "takenFrom" | "givenTo"> {
  const nameOf = (one: FulfilmentState | undefined) =>
    one && (parts.find(({ fulfilmentId }) => fulfilmentId === one.fulfilmentId)?.name ?? one.siteId);
  const isPlaced = ({ fulfilmentId }: FulfilmentState) =>
    placing.parts.some((part) => part.fulfilmentId === fulfilmentId);
  const at = fulfilments.indexOf(fulfilment);
  const before = isPlaced(fulfilment) ? undefined : fulfilments.slice(0, at).findLast(({ replaced }) => replaced);
  const after = fulfilment.replaced ? fulfilments.slice(at + 1).find((one) => !isPlaced(one)) : undefined;
  return { takenFrom: nameOf(before), givenTo: nameOf(after) };
}

/** How far another site is with its part of the same order. */
function elsewhere(order: Order, fulfilment: FulfilmentState, parts: readonly MadeKitchenPart[]): TicketElsewhere {
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
