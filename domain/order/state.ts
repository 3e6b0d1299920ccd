import type { Money } from "../money/money.ts";
import type {
  Channel,
  DeliveryMethod,
  FailureType,
  MissingItem,
  OrderEvent,
  OrderLine,
  PlacedFulfilment,
} from "./events.ts";

/** Where an order stands, in the words of the domain. */
export type OrderStatus =
  | "placed"
  | "stock_reserved"
  | "payment_processing"
  | "payment_confirmed"
  | "restaurant_notified"
  | "restaurant_accepted"
  | "preparing"
  | "ready"
  | "driver_assigned"
  | "picked_up"
  | "delivered"
  | "out_of_stock"
  | "payment_failed"
  | "restaurant_rejected"
  | "cancelled";

/** Ways for an order to end early; each leaves it with nothing more to make, and maybe money to give back. */
export type EarlyEnd = "out_of_stock" | "payment_failed" | "restaurant_rejected" | "cancelled";

export interface FulfilmentState {
  readonly fulfilmentId: string;
  readonly siteId: string;
  readonly city: string;
  readonly stations: readonly string[];
  readonly lines: readonly OrderLine[];
  readonly reserved: boolean;
  readonly released: boolean;
  readonly notification:
    | { readonly attempts: number; readonly nextAttemptAt?: string | undefined; readonly answerBy?: string | undefined }
    | undefined;
  readonly notified: boolean;
  readonly accepted: boolean;
  readonly rejected: boolean;
  /** Stations that are being worked at, and stations done. */
  readonly started: readonly string[];
  readonly completed: readonly string[];
  readonly ready: boolean;
}

export interface PaymentState {
  readonly method: string;
  readonly intent: string | undefined;
  readonly attempts: number;
  readonly nextAttemptAt: string | undefined;
  readonly confirmed: boolean;
  readonly cancelled: boolean;
  readonly refundAttempts: number;
  readonly refundNextAttemptAt: string | undefined;
  readonly captured: number;
  readonly refunded: number;
  /** References of the refunds counted in `refunded`: each counts once, whoever reports it. */
  readonly refunds: readonly string[];
}

export interface CourierState {
  readonly attempt: number;
  readonly courierId: string | undefined;
  readonly acceptBy: string | undefined;
  readonly accepted: boolean;
  readonly arrived: boolean;
  /** Couriers that declined or did not answer. */
  readonly tried: readonly string[];
  /** Whom each attempt went to: their claims are given free when they have served their purpose. */
  readonly assignments: readonly { readonly attempt: number; readonly courierId: string }[];
  readonly unavailableReported: boolean;
}

/** An order as its events say. Plain data: read models and process managers keep it as JSON. */
export interface Order {
  readonly orderId: string;
  readonly customerId: string;
  readonly placedBy: string;
  readonly placedAt: string;
  readonly channel: Channel;
  readonly delivery: { readonly method: DeliveryMethod; readonly promisedAt: string };
  readonly total: Money;
  readonly holdUntil: string;
  readonly fulfilments: readonly FulfilmentState[];
  readonly payment: PaymentState;
  readonly courier: CourierState;
  readonly acceptedAt: string | undefined;
  readonly pickedUp: boolean;
  readonly delivered: boolean;
  readonly ended: EarlyEnd | undefined;
  /** False when the order was refused before its ledger was asked: nothing is to be released then. */
  readonly ledgerAsked: boolean;
  readonly missing: readonly MissingItem[];
  readonly failure: FailureType | undefined;
}

/** The state of a stream that has no events. */
export const noOrder = undefined;
export type OrderState = Order | typeof noOrder;

const fulfilmentFrom = (placed: PlacedFulfilment): FulfilmentState => ({
  fulfilmentId: placed.fulfilmentId,
  siteId: placed.siteId,
  city: placed.city,
  stations: placed.stations,
  lines: placed.lines,
  reserved: false,
  released: false,
  notification: undefined,
  notified: false,
  accepted: false,
  rejected: false,
  started: [],
  completed: [],
  ready: false,
});

const withFulfilment = (
  order: Order,
  fulfilmentId: string,
  change: (fulfilment: FulfilmentState) => Partial<FulfilmentState>,
): Order => ({
  ...order,
  fulfilments: order.fulfilments.map((f) => (f.fulfilmentId === fulfilmentId ? { ...f, ...change(f) } : f)),
});

const withPayment = (order: Order, change: Partial<PaymentState>): Order => ({
  ...order,
  payment: { ...order.payment, ...change },
});

const withCourier = (order: Order, change: Partial<CourierState>): Order => ({
  ...order,
  courier: { ...order.courier, ...change },
});

/** The first reason to end stays: a payment that fails after a cancellation does not rename the end. */
const ended = (order: Order, end: EarlyEnd): Order =>
  order.ended || order.delivered ? order : { ...order, ended: end };

const without = (list: readonly string[], item: string) => list.filter((x) => x !== item);
const including = (list: readonly string[], item: string) => (list.includes(item) ? list : [...list, item]);

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
      },
      courier: {
        attempt: 0,
        courierId: undefined,
        acceptBy: undefined,
        accepted: false,
        arrived: false,
        tried: [],
        assignments: [],
        unavailableReported: false,
      },
      acceptedAt: undefined,
      pickedUp: false,
      delivered: false,
      ended: undefined,
      ledgerAsked: true,
      missing: [],
      failure: undefined,
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
      return withFulfilment(order, event.data.fulfilmentId, () => ({ reserved: true }));
    case "stock.released":
      return withFulfilment(order, event.data.fulfilmentId, () => ({ released: true }));
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
      return withPayment(order, {
        refundAttempts: event.data.attempt,
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
      return {
        ...ended(
          withFulfilment(order, event.data.fulfilmentId, () => ({ rejected: true })),
          "restaurant_rejected",
        ),
        // A site that was closed at the placing: the rejection stands in the same append, before any ledger was asked.
        ledgerAsked: order.ledgerAsked && !(event.data.reason === CLOSED && !isReserved(order)),
      };
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
        accepted: false,
        arrived: false,
        assignments: [
          ...order.courier.assignments.filter(({ attempt }) => attempt !== event.data.attempt),
          { attempt: event.data.attempt, courierId: event.data.courierId },
        ],
      });
    case "driver.accepted":
      return order.courier.courierId === event.data.courierId ? withCourier(order, { accepted: true }) : order;
    case "driver.declined":
      return withCourier(order, {
        tried: including(order.courier.tried, event.data.courierId),
        ...(order.courier.courierId === event.data.courierId
          ? { courierId: undefined, acceptBy: undefined, accepted: false, arrived: false }
          : {}),
      });
    case "driver.arrived":
      return order.courier.courierId === event.data.courierId ? withCourier(order, { arrived: true }) : order;
    case "driver.unavailable":
      return withCourier(order, { unavailableReported: true });
    default:
      return order;
  }
}

/** Reason of the rejection of an order that reaches a closed site. */
export const CLOSED = "auto_rejected_closing_time";

const all = (order: Order, has: (f: FulfilmentState) => boolean) =>
  order.fulfilments.length > 0 && order.fulfilments.every(has);

export const isReserved = (order: Order): boolean => all(order, (f) => f.reserved);
export const isAccepted = (order: Order): boolean => all(order, (f) => f.accepted);
export const isReady = (order: Order): boolean => all(order, (f) => f.ready);

/** Minor units captured and not yet given back although the order has ended early. */
export const owedRefund = (order: Order): number =>
  order.ended && order.payment.confirmed ? Math.max(0, order.payment.captured - order.payment.refunded) : 0;

/** True when nothing more will be made or carried for this order. Money may still be owed: see `owedRefund`. */
export const isFinal = (order: Order): boolean => order.delivered || order.ended !== undefined;

/** The order's status; with several fulfilments that of the least advanced one. */
export function statusOf(order: Order): OrderStatus {
  if (order.delivered) return "delivered";
  if (order.ended) return order.ended;
  if (order.pickedUp) return "picked_up";
  if (isReady(order)) return order.courier.accepted ? "driver_assigned" : "ready";
  if (isAccepted(order)) {
    return all(order, (f) => f.started.length + f.completed.length > 0 || f.ready)
      ? "preparing"
      : "restaurant_accepted";
  }
  if (all(order, (f) => f.notified)) return "restaurant_notified";
  if (order.payment.confirmed) return "payment_confirmed";
  if (order.payment.intent) return "payment_processing";
  if (isReserved(order)) return "stock_reserved";
  return "placed";
}
