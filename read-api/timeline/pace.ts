import { isFinal, type Order, type OrderStatus, statusOf } from "../../domain/order/state.ts";
import { DEADLINES } from "../radar/stuck-orders.ts";

/** How long an order may stand in a status by the business's own rules; undefined for one that it ends in. */
export function limitOf(status: OrderStatus | undefined, method: Order["delivery"]["method"]): number | undefined {
  switch (status) {
    case "placed":
      return DEADLINES["placed-reserved"];
    case "stock_reserved":
    case "payment_processing":
      return DEADLINES["reserved-paid"];
    case "payment_confirmed":
      return DEADLINES["paid-notified"];
    case "restaurant_notified":
      return DEADLINES["notified-accepted"];
    case "restaurant_accepted":
    case "preparing":
      return DEADLINES["accepted-ready"];
    case "ready":
    case "driver_assigned":
      return DEADLINES[method === "parcel" ? "ready-scheduled" : "ready-picked_up"];
    case "picked_up":
      return DEADLINES["picked_up-delivered"];
    case "scheduled":
      return DEADLINES["scheduled-shipped"];
    default:
      return undefined;
  }
}

/** That an open order stands still. */
export interface Stands {
  /** Since the last event: RFC 3339. */
  readonly at: string;
  readonly forMs: number;
  readonly limitMs: number;
}

/** Whether nothing has happened to an open order for longer than its step may take. */
export function standsFor(order: Order, lastAt: string, now: number): Stands | undefined {
  const limitMs = limitOf(statusOf(order), order.delivery.method);
  const forMs = now - Date.parse(lastAt);
  return isFinal(order) || limitMs === undefined || forMs <= limitMs ? undefined : { at: lastAt, forMs, limitMs };
}
