import type { Actor } from "../chain/envelope.ts";
import type { OrderDecision } from "./decide.ts";
import type { OrderEvent } from "./events.ts";
import { rejectionOf, rejectUnanswered } from "./sites.ts";
import { extrasInUse, hasLeft, ITEM_UNAVAILABLE, isFinal, type OrderState, type ShipmentState } from "./state.ts";

// A fact reports what has happened outside and is always appended, whatever the state. The functions here only keep
// the same outcome from being recorded twice, and let the loser of a race against a deadline decide to do nothing.

/** Records a fact unless the order already knows exactly this outcome. */
export function record(state: OrderState, fact: OrderEvent): readonly OrderDecision[] {
  return state && isKnown(state, fact) ? [] : [fact];
}

function isKnown(order: NonNullable<OrderState>, fact: OrderEvent): boolean {
  switch (fact.type) {
    case "stock.reserved":
      return holds(order, fact.data.fulfilmentId, ({ reserved }) => reserved);
    case "stock.released":
      return holds(order, fact.data.fulfilmentId, ({ released }) => released);
    case "payment.processing":
      return order.payment.intent === fact.data.intent;
    case "payment.confirmed":
      return order.payment.confirmed && order.payment.intent === fact.data.intent;
    case "payment.cancelled":
      return order.payment.cancelled;
    case "payment.failed":
      return order.ended === "payment_failed";
    case "payment.attempt_failed":
      return order.payment.attempts >= fact.data.attempt;
    case "payment.refunded":
      return order.payment.refunds.includes(fact.data.refund);
    case "payment.refund_failed":
      return fact.data.refund === undefined
        ? order.payment.refundAttempts >= fact.data.attempt
        : order.payment.failedRefunds.includes(fact.data.refund);
    case "restaurant.notification_failed":
      return order.fulfilments.some(
        (f) => f.fulfilmentId === fact.data.fulfilmentId && (f.notification?.attempts ?? 0) >= fact.data.attempt,
      );
    case "restaurant.notified":
      return order.fulfilments.some((f) => f.fulfilmentId === fact.data.fulfilmentId && f.notified);
    case "driver.assigned":
      return order.courier.attempt >= fact.data.attempt;
    case "driver.unavailable":
      return order.courier.toldInSearch === order.courier.searches;
    case "notification.sent":
      return order.notices.some(({ notice, outcome }) => notice === fact.data.notice && outcome === "sent");
    case "notification.failed":
      return order.notices.some(
        ({ notice, outcome, attempts }) =>
          notice === fact.data.notice && (outcome !== undefined || attempts >= fact.data.attempt),
      );
    case "shipment.attempt_failed":
      return shipments(order, fact, ({ attempts, booking }) => attempts >= fact.data.attempt || booking !== undefined);
    case "shipment.requested":
      return shipments(order, fact, ({ requests }) => requests >= fact.data.request);
    case "shipment.scheduled":
      return shipments(order, fact, ({ booking }) => booking === fact.data.booking);
    case "shipment.shipped":
      return shipments(order, fact, ({ shippedAt }) => shippedAt !== undefined);
    default:
      return false;
  }
}

/** Whether the shipment that a fact is about is so. */
const shipments = (
  order: NonNullable<OrderState>,
  { data: { fulfilmentId } }: Extract<OrderEvent, { type: `shipment.${string}` }>,
  is: (shipment: ShipmentState) => boolean,
): boolean =>
  order.fulfilments.some((f) => f.fulfilmentId === fulfilmentId && f.shipment !== undefined && is(f.shipment));

/**
 * The carrier may be asked to book now: nobody knows of a booking, and nobody has asked since the asker last looked.
 * `request` is the number that this asking gets. Decided at the expected revision: of two askers one gets it.
 */
export function askToBook(
  state: OrderState,
  data: Extract<OrderEvent, { type: "shipment.requested" }>["data"],
): readonly OrderDecision[] {
  if (!state || isFinal(state)) return [];
  const fulfilment = state.fulfilments.find((f) => f.fulfilmentId === data.fulfilmentId);
  if (!fulfilment?.ready || fulfilment.replaced || fulfilment.shipment?.booking !== undefined) return [];
  return (fulfilment.shipment?.requests ?? 0) === data.request - 1 ? [{ type: "shipment.requested", data }] : [];
}

/** Whether the reservation of a fulfilment, or of a substitute, is so. */
const holds = (
  { fulfilments }: NonNullable<OrderState>,
  id: string,
  is: (reservation: { readonly reserved: boolean; readonly released: boolean }) => boolean,
): boolean =>
  fulfilments.some((f) => (f.fulfilmentId === id ? is(f) : f.extras.some((one) => one.reservation === id && is(one))));

/**
 * The ledger could not reserve: recorded once, and only while the order still waits for its stock. An order that is paid
 * goes on: to the next site, or without the substitute.
 */
export function outOfStock(
  state: OrderState,
  data: Extract<OrderEvent, { type: "order.out_of_stock" }>["data"],
): readonly OrderDecision[] {
  if (!state || isFinal(state)) return [];
  const fulfilment = state.fulfilments.find((f) => f.fulfilmentId === data.fulfilmentId);
  if (!fulfilment) return substituteOutOfStock(state, data.fulfilmentId);
  if (fulfilment.reserved) return [];
  if (!state.payment.confirmed) return [{ type: "order.out_of_stock", data }];
  return rejectUnanswered(state, data.fulfilmentId, ITEM_UNAVAILABLE);
}

function substituteOutOfStock(order: NonNullable<OrderState>, reservation: string): readonly OrderDecision[] {
  for (const fulfilment of order.fulfilments) {
    const extra = extrasInUse(fulfilment).find((one) => one.reservation === reservation);
    if (!extra || extra.reserved || fulfilment.rejected || fulfilment.unavailable.includes(extra.sku)) continue;
    return [{ type: "kitchen.item_unavailable", data: { fulfilmentId: fulfilment.fulfilmentId, sku: extra.sku } }];
  }
  return [];
}

const DEADLINE: Actor = { type: "system", id: "deadline" };

/** The site has not answered by its deadline. Decided at the expected revision: an answer that came first wins. */
export function noAnswer(state: OrderState, fulfilmentId: string): readonly OrderDecision[] {
  if (!state || isFinal(state)) return [];
  const fulfilment = state.fulfilments.find((f) => f.fulfilmentId === fulfilmentId);
  if (!fulfilment?.notified || fulfilment.accepted || fulfilment.rejected) return [];
  return [{ ...rejectionOf(state, fulfilmentId, "no_answer"), actor: DEADLINE }];
}

/** The courier has not answered by the deadline of this assignment. */
export function courierSilent(state: OrderState, attempt: number): readonly OrderDecision[] {
  if (!state || isFinal(state)) return [];
  const { courier } = state;
  if (courier.attempt !== attempt || courier.courierId === undefined || courier.accepted) return [];
  return [
    {
      type: "driver.declined",
      data: { courierId: courier.courierId, attempt, reason: "no_answer" },
      actor: DEADLINE,
    },
  ];
}

/** The courier who accepted has not come to the site in time. */
export function courierNoShow(state: OrderState, attempt: number): readonly OrderDecision[] {
  if (!state || isFinal(state) || state.pickedUp) return [];
  const { courier } = state;
  if (courier.attempt !== attempt || courier.courierId === undefined || !courier.accepted || courier.arrived) return [];
  return [{ type: "driver.no_show", data: { courierId: courier.courierId, attempt }, actor: DEADLINE }];
}

/** Nobody has said to carry the order for too long. */
export function nobodyCarries(state: OrderState): readonly OrderDecision[] {
  if (!state || isFinal(state) || state.courier.accepted) return [];
  return record(state, { type: "driver.unavailable", data: { attempt: state.courier.attempt } }).map((fact) => ({
    ...fact,
    actor: DEADLINE,
  }));
}

/** The reservation has run out without payment. The gateway has been asked first whether it was paid after all. */
export function holdExpired(state: OrderState): readonly OrderDecision[] {
  if (!state || isFinal(state) || state.payment.confirmed) return [];
  return [
    {
      type: "payment.failed",
      data: { failureType: "payment_timeout", attempts: state.payment.attempts },
      actor: DEADLINE,
    },
  ];
}

/**
 * The order was found to be a fraud: recorded once, with what of it was looked at, and cancelled in the same append while
 * it can still be kept from leaving. What is on its way or has ended keeps the finding alone.
 */
export function fraudFound(
  state: OrderState,
  rules: readonly string[],
  facts: Readonly<Record<string, number>>,
): readonly OrderDecision[] {
  if (!state || state.fraud.length > 0) return [];
  const found: OrderDecision = { type: "fraud.detected", data: { rules, facts } };
  if (isFinal(state) || hasLeft(state)) return [found];
  return [found, { type: "order.cancelled", data: { by: "system", cause: "fraud" } }];
}
