import type { Order } from "./state.ts";

/** Later than this after the placing is late, whatever was promised. A parcel has the promised time alone. */
const LATE_AFTER_MS = 45 * 60_000;

/** From when on an order that has not arrived is late, as epoch milliseconds. */
export function dueAt({ placedAt, delivery }: Pick<Order, "placedAt" | "delivery">): number {
  const promised = Date.parse(delivery.promisedAt);
  return delivery.method === "parcel" ? promised : Math.min(promised, Date.parse(placedAt) + LATE_AFTER_MS);
}
