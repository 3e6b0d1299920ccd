import { ended, fulfilmentFrom, withFulfilment, without, withPayment } from "./change.ts";
import type { OrderEvent } from "./events.ts";
import { CLOSED, isReserved, type Order } from "./state.ts";

// Which site makes an order and of what, when it does not go as planned.

type DataOf<Type extends OrderEvent["type"]> = Extract<OrderEvent, { type: Type }>["data"];

/** What a fulfilment held, or a substitute of one, is given back. */
export function released(order: Order, fulfilmentId: string): Order {
  const free = withFulfilment(order, fulfilmentId, () => ({ released: true }));
  return {
    ...free,
    fulfilments: free.fulfilments.map((f) =>
      f.extras.some(({ reservation }) => reservation === fulfilmentId)
        ? {
            ...f,
            extras: f.extras.map((one) => (one.reservation === fulfilmentId ? { ...one, released: true } : one)),
          }
        : f,
    ),
  };
}

/** While another site is looked for the order goes on, and nothing that the site has done for it counts. */
export function rejected(order: Order, { fulfilmentId, reason, alternative }: DataOf<"restaurant.rejected">): Order {
  if (alternative === "sought") {
    return withFulfilment(order, fulfilmentId, () => ({
      rejected: true,
      seeking: reason,
      accepted: false,
      started: [],
      completed: [],
      ready: false,
    }));
  }
  return {
    ...ended(
      withFulfilment(order, fulfilmentId, () => ({ rejected: true, seeking: undefined })),
      "restaurant_rejected",
    ),
    // A site that was closed at the placing: the rejection stands in the same append, before any ledger was asked.
    ledgerAsked: order.ledgerAsked && !(reason === CLOSED && !isReserved(order)),
  };
}

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
  const extra = event.type === "order.line_substituted" ? event.data.reservedAs : undefined;
  if (!fulfilment || fulfilment.extras.some(({ reservation }) => reservation === extra)) return order;
  const lines =
    event.type === "order.line_substituted"
      ? fulfilment.lines.map((line) => (line.sku === sku ? event.data.substitute : line))
      : fulfilment.lines.filter((line) => line.sku !== sku);
  const changed = withFulfilment(order, fulfilmentId, (f) => ({
    lines,
    unavailable: without(f.unavailable, sku),
    extras: extra === undefined ? f.extras : [...f.extras, { reservation: extra, released: false }],
  }));
  return withPayment(changed, { owedForLines: order.payment.owedForLines + refund.amount });
}
