import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isFinal } from "../../../domain/order/state.ts";
import type { CarrierChange, Shipment } from "../../../infra/simulators/carrier/shipments.ts";
import type { Evidence } from "./evidence.ts";

/** Every booking that the carrier's own journal holds, as it is now. */
export async function bookingsIn(dataDir: string): Promise<readonly Shipment[]> {
  const journal = await readFile(join(dataDir, "simulators", "carrier.jsonl"), "utf8").catch(() => "");
  const shipments = new Map<string, Shipment>();
  // A line without its end is being written; nobody was answered for it.
  for (const line of journal.split("\n").slice(0, -1)) {
    const { changes } = JSON.parse(line) as { readonly changes: readonly CarrierChange[] };
    for (const change of changes) if ("put" in change) shipments.set(change.put.booking, change.put);
  }
  return [...shipments.values()];
}

/** The carrier's own log against the orders: one booking for each parcel, none for what is not wanted any more. */
export function judgeParcels({ orders }: Pick<Evidence, "orders">, bookings: readonly Shipment[]): string[] {
  const breaches: string[] = [];
  const byReference = Map.groupBy(bookings, ({ reference }) => reference);
  for (const [reference, own] of byReference) {
    const [orderId = "", fulfilmentId] = reference.split(":");
    const order = orders.get(orderId);
    if (own.length > 1) breaches.push(`duplicated: parcel ${reference} was booked ${own.length} times`);
    if (!order?.fulfilments.some((f) => f.fulfilmentId === fulfilmentId)) {
      breaches.push(`the carrier has booked ${reference}, which is not stored`);
    }
    if (order?.ended === "cancelled" && own.some(({ status }) => status === "booked")) {
      breaches.push(`parcel ${reference} is still booked, and its order was cancelled`);
    }
  }
  for (const [orderId, order] of orders) {
    if (order.delivery.method !== "parcel" || !isFinal(order) || order.ended !== undefined) continue;
    for (const { fulfilmentId, shipment } of order.fulfilments) {
      const own = byReference.get(`${orderId}:${fulfilmentId}`)?.[0];
      if (own?.booking !== shipment?.booking || own?.status !== "shipped") {
        breaches.push(`order ${orderId} counts as shipped, the carrier says ${own?.status ?? "nothing"}`);
      }
    }
  }
  return breaches;
}
