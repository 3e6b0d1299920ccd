import { type CourierEvent, evolve, newCourier } from "../../../domain/courier/courier.ts";
import { isFinal } from "../../../domain/order/state.ts";
import type { Evidence } from "./evidence.ts";

/** No courier is held by an order that has ended, and no order holds two. */
export function judgeCouriers({ streams, orders }: Evidence): {
  readonly couriers: number;
  readonly breaches: string[];
} {
  const breaches: string[] = [];
  const holders = new Map<string, string>();
  let couriers = 0;
  for (const [stream, events] of streams) {
    if (!stream.startsWith("courier-")) continue;
    couriers++;
    // What the system writes into these streams.
    const state = events.reduce((now, { type, data }) => evolve(now, { type, data } as CourierEvent), newCourier);
    if (!state.claim) continue;
    const { orderId } = state.claim;
    const order = orders.get(orderId);
    if (!order) breaches.push(`${stream} is held by order ${orderId}, which is not stored`);
    else if (isFinal(order)) breaches.push(`${stream} is still held by order ${orderId}, which has ended`);
    const other = holders.get(orderId);
    if (other) breaches.push(`order ${orderId} holds ${other} and ${stream}`);
    holders.set(orderId, stream);
  }
  return { couriers, breaches };
}
