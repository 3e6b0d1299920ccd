import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import { orderIdOf } from "../../domain/order/events.ts";

/** Families of event types that only streams of orders hold, but for `processing`. */
const FAMILIES: ReadonlySet<string> = new Set([
  "order",
  "stock",
  "payment",
  "restaurant",
  "kitchen",
  "driver",
  "shipment",
  "notification",
  "fraud",
  "support",
  "dispute",
  "credit",
  "processing",
]);

/** Whether events of this type can be of an order: the stream has the last word. */
export const mayBeOfOrder = (type: string): boolean => FAMILIES.has(type.slice(0, type.indexOf(".")));

/** The ids of the orders that a batch touches. */
export function touchedOrders(batch: readonly RecordedEvent[]): string[] {
  const ids = new Set<string>();
  for (const { stream } of batch) {
    const orderId = orderIdOf(stream);
    if (orderId !== undefined) ids.add(orderId);
  }
  return [...ids];
}

/** The short number that people say to each other. */
export const orderNumber = (orderId: string): string => orderId.slice(0, 6).toUpperCase();
