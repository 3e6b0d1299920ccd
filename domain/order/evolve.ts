import {
  ended,
  fulfilmentFrom,
  including,
  searchOver,
  withCourier,
  withFulfilment,
  without,
  withPayment,
} from "./change.ts";
import type { OrderEvent, SetAside } from "./events.ts";
import { shipment } from "./evolve-shipment.ts";
import { rejected, released, rerouted, reserved, withoutItem } from "./evolve-sites.ts";
import type { NoticeState, Order, OrderState } from "./state.ts";

/**
 * Folds one event into the state. Accepts every fact in every state: what happened outside is never refused. Events
 * of types it does not know leave the state as it is. `at` is the event's business time.
 */
export function evolve(state: OrderState, event: OrderEvent, at: string): OrderState {
  if (event.type === "order.placed") {
    if (state) return state;
    const { data } = event;
    return {
      orderId: data.orderId,
      customerId: data.customerId,
      placedBy: data.placedBy,
      placedAt: at,
      channel: data.channel,
      delivery: data.delivery,
      total: data.total,
      holdUntil: data.holdUntil,
      fulfilments: data.fulfilments.map(fulfilmentFrom),
      payment: {
        method: data.paymentMethod,
        intent: undefined,
        attempts: 0,
        nextAttemptAt: undefined,
        confirmed: false,
        cancelled: false,
        refundAttempts: 0,
        refundNextAttemptAt: undefined,
        captured: 0,
        refunded: 0,
        refunds: [],
        failedRefunds: [],
        owedForLines: 0,
      },
      courier: {
        attempt: 0,
        courierId: undefined,
        acceptBy: undefined,
        arriveBy: undefined,
        accepted: false,
        arrived: false,
        tried: [],
        assignments: [],
        lostAt: undefined,
        searchingSince: undefined,
        searches: 0,
        toldInSearch: undefined,
        unavailableReported: false,
      },
      acceptedAt: undefined,
      pickedUp: false,
      delivered: false,
      ended: undefined,
      ledgerAsked: true,
      missing: [],
      failure: undefined,
      fraud: [],
      notices: [],
      lineChanges: 0,
      parked: [],
    };
  }
  // A stream that does not begin with its placing is damaged; verification reports it, folding goes on.
  return state && evolvePlaced(state, event, at);
}

function evolvePlaced(order: Order, event: Exclude<OrderEvent, { type: "order.placed" }>, at: string): Order {
  switch (event.type) {
    case "order.out_of_stock":
      return { ...ended(order, "out_of_stock"), missing: event.data.missing, ledgerAsked: event.data.ledgerAsked };
    case "order.cancelled":
      return ended(order, "cancelled");
    case "order.picked_up":
      return { ...order, pickedUp: true };
    case "order.delivered":
      return { ...order, delivered: true };
    case "stock.reserved":
      return reserved(order, event.data.fulfilmentId);
    case "stock.released":
      return released(order, event.data.fulfilmentId);
    case "payment.processing":
      return withPayment(order, { intent: event.data.intent });
    case "payment.attempt_failed":
      return withPayment(order, { attempts: event.data.attempt, nextAttemptAt: event.data.nextAttemptAt });
    case "payment.confirmed":
      return withPayment(order, {
        confirmed: true,
        intent: event.data.intent,
        captured: event.data.amount.amount,
        nextAttemptAt: undefined,
      });
    case "payment.failed":
      // What was captured is the truth: an attempt that is reported as failed afterwards does not end a paid order.
      if (order.payment.confirmed) return order;
      return {
        ...ended(withPayment(order, { nextAttemptAt: undefined }), "payment_failed"),
        failure: event.data.failureType,
      };
    case "payment.cancelled":
      return withPayment(order, { cancelled: true, nextAttemptAt: undefined });
    case "payment.refunded":
      return order.payment.refunds.includes(event.data.refund)
        ? order
        : withPayment(order, {
            refunded: order.payment.refunded + event.data.amount.amount,
            refunds: [...order.payment.refunds, event.data.refund],
            refundNextAttemptAt: undefined,
          });
    case "payment.refund_failed":
      return withPayment(takenBack(order, event.data), {
        refundAttempts: Math.max(order.payment.refundAttempts, event.data.attempt),
        refundNextAttemptAt: event.data.nextAttemptAt,
      });
    case "restaurant.notified":
      return withFulfilment(order, event.data.fulfilmentId, (f) => ({
        notified: true,
        notification: { attempts: f.notification?.attempts ?? 0, answerBy: event.data.answerBy },
      }));
    case "restaurant.notification_failed":
      // A failure that is reported after a success must not take away the deadline of the answer.
      return withFulfilment(order, event.data.fulfilmentId, (f) => ({
        notification: f.notified
          ? { attempts: event.data.attempt, answerBy: f.notification?.answerBy }
          : { attempts: event.data.attempt, nextAttemptAt: event.data.nextAttemptAt },
      }));
    case "restaurant.accepted":
      return {
        ...withFulfilment(order, event.data.fulfilmentId, () => ({ accepted: true })),
        acceptedAt: order.acceptedAt ?? at,
      };
    case "restaurant.rejected":
      return rejected(order, event.data);
    case "order.rerouted":
      return rerouted(order, event.data);
    case "order.line_substituted":
    case "order.line_removed":
      return withoutItem(order, event);
    case "kitchen.item_unavailable":
      return withFulfilment(order, event.data.fulfilmentId, (f) => ({
        unavailable: including(f.unavailable, event.data.sku),
      }));
    case "kitchen.stage_started":
      return withFulfilment(order, event.data.fulfilmentId, (f) => ({
        started: including(f.started, event.data.stage),
        completed: without(f.completed, event.data.stage),
      }));
    case "kitchen.stage_completed":
      return withFulfilment(order, event.data.fulfilmentId, (f) => ({
        started: without(f.started, event.data.stage),
        completed: including(f.completed, event.data.stage),
      }));
    case "kitchen.recalled":
      return withFulfilment(order, event.data.fulfilmentId, (f) => ({
        started: including(f.started, event.data.stage),
        completed: without(f.completed, event.data.stage),
        ready: false,
      }));
    case "kitchen.ready":
      return withFulfilment(order, event.data.fulfilmentId, () => ({ ready: true }));
    case "driver.assigned":
      return withCourier(order, {
        attempt: event.data.attempt,
        courierId: event.data.courierId,
        acceptBy: event.data.acceptBy,
        arriveBy: event.data.arriveBy,
        accepted: false,
        arrived: false,
        assignments: [
          ...order.courier.assignments.filter(({ attempt }) => attempt !== event.data.attempt),
          { attempt: event.data.attempt, courierId: event.data.courierId },
        ],
      });
    case "driver.accepted":
      return order.courier.courierId === event.data.courierId && !order.courier.accepted
        ? withCourier(order, { accepted: true, ...searchOver(order) })
        : order;
    case "driver.declined":
    case "driver.no_show":
      return withCourier(order, {
        tried: including(order.courier.tried, event.data.courierId),
        ...(order.courier.courierId === event.data.courierId
          ? {
              courierId: undefined,
              acceptBy: undefined,
              arriveBy: undefined,
              accepted: false,
              arrived: false,
              lostAt: at,
              searchingSince: order.courier.accepted ? at : order.courier.searchingSince,
            }
          : {}),
      });
    case "driver.arrived":
      return order.courier.courierId === event.data.courierId ? withCourier(order, { arrived: true }) : order;
    case "driver.unavailable":
      return withCourier(order, { unavailableReported: true, toldInSearch: order.courier.searches });
    case "shipment.attempt_failed":
    case "shipment.requested":
    case "shipment.scheduled":
    case "shipment.shipped":
      return shipment(order, event, at);
    case "notification.sent":
    case "notification.failed":
      return noticed(order, event);
    case "fraud.detected":
      return { ...order, fraud: event.data.rules.reduce<readonly string[]>(including, order.fraud) };
    case "processing.parked":
      return { ...order, parked: including(order.parked, keyOf(event.data)) };
    case "processing.redriven":
    case "processing.discarded":
      return { ...order, parked: without(order.parked, keyOf(event.data)) };
    default:
      return order;
  }
}

type DataOf<Type extends OrderEvent["type"]> = Extract<OrderEvent, { type: Type }>["data"];

const keyOf = ({ consumer, eventId, effectId }: SetAside): string => `${consumer}:${eventId ?? effectId ?? ""}`;

/** A refund that came to nothing after all is owed again; each is taken back once. */
function takenBack(order: Order, { refund, amount }: DataOf<"payment.refund_failed">): Order {
  const { refunds, failedRefunds, refunded } = order.payment;
  if (refund === undefined || !refunds.includes(refund) || failedRefunds.includes(refund)) return order;
  return withPayment(order, {
    refunded: Math.max(0, refunded - (amount?.amount ?? 0)),
    failedRefunds: [...failedRefunds, refund],
  });
}

function noticed(
  order: Order,
  event: Extract<OrderEvent, { type: "notification.sent" | "notification.failed" }>,
): Order {
  const { notice, channel } = event.data;
  const same = (one: NoticeState) => one.notice === notice && one.channel === channel;
  const known = order.notices.find(same);
  if (known?.outcome === "sent") return order;
  const after: NoticeState =
    event.type === "notification.sent"
      ? { notice, channel, attempts: known?.attempts ?? 0, nextAttemptAt: undefined, outcome: "sent" }
      : {
          notice,
          channel,
          attempts: event.data.attempt,
          nextAttemptAt: event.data.nextAttemptAt,
          outcome: event.data.nextAttemptAt === undefined ? "given_up" : undefined,
        };
  return {
    ...order,
    notices: known ? order.notices.map((one) => (same(one) ? after : one)) : [...order.notices, after],
  };
}
