import { ended, fulfilmentFrom, searchOver, withCourier, withFulfilment, without, withPayment } from "./change.ts";
import type { OrderEvent } from "./events.ts";
import { CLOSED, type ExtraReservation, isFinal, isReserved, type Order } from "./state.ts";

// Which site makes an order and of what, when it does not go as planned.

type DataOf<Type extends OrderEvent["type"]> = Extract<OrderEvent, { type: Type }>["data"];

/** A fulfilment has its goods, or a substitute of one. */
export const reserved = (order: Order, reservation: string): Order => held(order, reservation, { reserved: true });

/** What a fulfilment held, or a substitute of one, is given back. */
export const released = (order: Order, reservation: string): Order => held(order, reservation, { released: true });

function held(order: Order, id: string, change: { readonly reserved: true } | { readonly released: true }): Order {
  return {
    ...order,
    fulfilments: order.fulfilments.map((f) => {
      if (f.fulfilmentId === id) return { ...f, ...change };
      if (!f.extras.some(({ reservation }) => reservation === id)) return f;
      return { ...f, extras: f.extras.map((one) => (one.reservation === id ? { ...one, ...change } : one)) };
    }),
  };
}

/** While another site is looked for the order goes on, and nothing that the site has done for it counts. */
export function rejected(order: Order, { fulfilmentId, reason, alternative }: DataOf<"restaurant.rejected">): Order {
  if (alternative === "sought") {
    const given = withFulfilment(order, fulfilmentId, (f) => ({
      rejected: true,
      rejection: f.rejection ?? reason,
      // What other sites make already is looked for no more.
      seeking: f.replaced ? undefined : reason,
      accepted: false,
      started: [],
      completed: [],
      ready: false,
    }));
    return isFinal(order) ? given : withoutCourier(given);
  }
  return {
    ...ended(
      withFulfilment(order, fulfilmentId, (f) => ({
        rejected: true,
        rejection: f.rejection ?? reason,
        seeking: undefined,
      })),
      "restaurant_rejected",
    ),
    // A site that was closed at the placing: the rejection stands in the same append, before any ledger was asked.
    ledgerAsked: order.ledgerAsked && !(reason === CLOSED && !isReserved(order) && !order.payment.confirmed),
  };
}

/** Nobody knows where the courier would have to go: whoever it was is free, and the search begins anew with the site. */
const withoutCourier = (order: Order): Order => ({
  ...withCourier(order, {
    courierId: undefined,
    acceptBy: undefined,
    arriveBy: undefined,
    accepted: false,
    arrived: false,
    ...searchOver(order),
  }),
  acceptedAt: undefined,
});

/** Other sites make it. The new fulfilments stand after the others: read models and milestones name one by its place. */
export function rerouted(order: Order, { fulfilmentId, fulfilments, promisedAt }: DataOf<"order.rerouted">): Order {
  const known = new Set(order.fulfilments.map((f) => f.fulfilmentId));
  const given = withFulfilment(order, fulfilmentId, () => ({ rejected: true, replaced: true, seeking: undefined }));
  return {
    ...given,
    fulfilments: [...given.fulfilments, ...fulfilments.filter((f) => !known.has(f.fulfilmentId)).map(fulfilmentFrom)],
    ...(promisedAt === undefined ? {} : { delivery: { ...order.delivery, promisedAt } }),
  };
}

/** A line that is made otherwise or not at all; what it costs less is owed. */
export function withoutItem(
  order: Order,
  event: Extract<OrderEvent, { type: "order.line_substituted" | "order.line_removed" }>,
): Order {
  const { fulfilmentId, sku, refund } = event.data;
  const fulfilment = order.fulfilments.find((f) => f.fulfilmentId === fulfilmentId);
  const extra: ExtraReservation | undefined =
    event.type === "order.line_substituted"
      ? {
          reservation: event.data.reservedAs,
          sku: event.data.substitute.sku,
          quantity: event.data.substitute.quantity.amount,
          reserved: false,
          released: false,
        }
      : undefined;
  if (!fulfilment || fulfilment.extras.some(({ reservation }) => reservation === extra?.reservation)) return order;
  const lines =
    event.type === "order.line_substituted"
      ? fulfilment.lines.map((line) => (line.sku === sku ? event.data.substitute : line))
      : fulfilment.lines.filter((line) => line.sku !== sku);
  const changed = withFulfilment(order, fulfilmentId, (f) => ({
    lines,
    unavailable: without(f.unavailable, sku),
    extras: extra === undefined ? f.extras : [...f.extras, extra],
  }));
  const counted = { ...changed, lineChanges: order.lineChanges + 1 };
  return withPayment(counted, { owedForLines: order.payment.owedForLines + refund.amount });
}
