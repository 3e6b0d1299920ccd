import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import { orderIdOf, orderStream } from "../../domain/order/events.ts";
import type { RowSources } from "../runner/projection.ts";

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
export const mayBeOfOrder = (type: string): boolean => FAMILIES.has(familyOf(type));

/** The family of an event type: `order` of `order.placed`. */
export const familyOf = (type: string): string => type.slice(0, type.indexOf("."));

/** The stream behind a row that is of one order: by its column `order_id`. */
export const sourcesOfOrder = ({ key }: Pick<RowSources, "key">): readonly string[] =>
  key.order_id === undefined ? [] : [orderStream(key.order_id)];

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
