import { type FulfilmentState, type Order, standing, statusOf } from "../../domain/order/state.ts";

/** Whom an order waits for. */
export const WHOM = ["operator", "stock", "payment", "site", "courier", "carrier"] as const;
export type Whom = (typeof WHOM)[number];

/** What has to happen for an order to go on. */
export interface Waiting {
  readonly whom: Whom;
  /** For people. */
  readonly what: string;
  /** When it is tried next, or until when somebody has to answer: RFC 3339. */
  readonly next: string | undefined;
}

/** What an open order waits for, as its own state says; an order that has ended waits for nothing. */
export function waitingFor(order: Order): Waiting | undefined {
  if (order.parked.length > 0) {
    return { whom: "operator", what: `work is set aside: ${order.parked.join(", ")}`, next: undefined };
  }
  const { payment, courier } = order;
  const fulfilments = standing(order);
  switch (statusOf(order)) {
    case "placed":
      return { whom: "stock", what: "the reservation", next: order.holdUntil };
    case "stock_reserved":
    case "payment_processing": {
      const tried = payment.attempts === 0 ? "the payment" : `the payment, after ${payment.attempts} failed attempts`;
      return { whom: "payment", what: tried, next: payment.nextAttemptAt ?? order.holdUntil };
    }
    case "payment_confirmed":
      return told(fulfilments);
    case "restaurant_notified": {
      const silent = fulfilments.filter(({ accepted }) => !accepted);
      return {
        whom: "site",
        what: `the answer of ${sites(silent)}`,
        next: first(silent, (f) => f.notification?.answerBy),
      };
    }
    case "restaurant_accepted":
    case "preparing": {
      const working = fulfilments.filter(({ ready }) => !ready);
      const missing = working.flatMap(({ unavailable }) => unavailable);
      const what =
        missing.length > 0 ? `what becomes of missing items: ${missing.join(", ")}` : `${sites(working)} to make it`;
      return { whom: "site", what, next: undefined };
    }
    case "ready":
    case "driver_assigned":
      if (order.delivery.method === "parcel") {
        const unbooked = fulfilments.filter(({ shipment }) => shipment?.booking === undefined);
        return {
          whom: "carrier",
          what: "the booking of the parcel",
          next: first(unbooked, (f) => f.shipment?.nextAttemptAt),
        };
      }
      if (courier.courierId === undefined) return { whom: "courier", what: "a courier to be found", next: undefined };
      if (!courier.accepted) return { whom: "courier", what: "the courier's answer", next: courier.acceptBy };
      return {
        whom: "courier",
        what: courier.arrived ? "the pickup" : "the courier to arrive",
        next: courier.arriveBy,
      };
    case "picked_up":
      return { whom: "courier", what: "the delivery", next: order.delivery.promisedAt };
    case "scheduled":
      return { whom: "carrier", what: "the parcel to be shipped", next: undefined };
    default:
      return undefined;
  }
}

function told(fulfilments: readonly FulfilmentState[]): Waiting {
  const seeking = fulfilments.filter(({ seeking }) => seeking !== undefined);
  if (seeking.length > 0) return { whom: "site", what: "another site to be found", next: undefined };
  const untold = fulfilments.filter(({ notified }) => !notified);
  return {
    whom: "site",
    what: `${sites(untold)} to be told`,
    next: first(untold, (f) => f.notification?.nextAttemptAt),
  };
}

const sites = (fulfilments: readonly FulfilmentState[]): string =>
  [...new Set(fulfilments.map(({ siteId }) => siteId))].join(", ") || "the site";

/** The earliest of these times. */
const first = (
  fulfilments: readonly FulfilmentState[],
  at: (fulfilment: FulfilmentState) => string | undefined,
): string | undefined => fulfilments.flatMap((one) => at(one) ?? []).toSorted()[0];
