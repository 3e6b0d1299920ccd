import type { FulfilmentState, Order } from "../../../domain/order/state.ts";
import type { Outside } from "../../../infra/outside/outside.ts";
import type { Owed } from "../runner/process-manager.ts";

export const CARRIER: Outside = { system: "carrier", place: "" };

/** What the carrier is told to call a parcel: by this it is found again, whatever became of the booking's answer. */
export const referenceOf = (orderId: string, fulfilmentId: string): string => `${orderId}:${fulfilmentId}`;

/** The parcel that a reference of ours names, or undefined where it is none. */
export function parcelOf(reference: string): { readonly orderId: string; readonly fulfilmentId: string } | undefined {
  const found = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}):(\d{1,3}\.\d{1,3})$/.exec(reference);
  return found?.[1] && found[2] ? { orderId: found[1], fulfilmentId: found[2] } : undefined;
}

/** The part of an order that an effect is about: `1.1` of `parcel.book/1.1/2`. */
export const fulfilmentOf = (effectId: string): string => effectId.split("/")[1] ?? "";

/**
 * What an order is owed by the carrier: to book each parcel that is ready, to be asked whether it has been shipped, and
 * to take back what an order that has ended does not need. `pollMs`: after what time a booked parcel is asked for.
 */
export function owedParcels(order: Order, pollMs: number): readonly Owed[] {
  if (order.delivery.method !== "parcel") return [];
  return order.fulfilments.flatMap((f) =>
    order.ended !== undefined || f.replaced ? owedCancelling(order, f) : owedShipping(order, f, pollMs),
  );
}

function owedShipping(order: Order, { fulfilmentId, ready, shipment }: FulfilmentState, pollMs: number): Owed[] {
  if (shipment?.shippedAt !== undefined) return [];
  if (shipment?.bookedAt !== undefined) {
    const id = `parcel.poll/${fulfilmentId}`;
    return [{ id, dueAt: Date.parse(shipment.bookedAt) + pollMs, outside: CARRIER }];
  }
  if (!ready) return [];
  const failed = shipment?.attempts ?? 0;
  return [
    {
      id: `parcel.book/${fulfilmentId}/${failed + 1}`,
      dueAt: Date.parse(shipment?.nextAttemptAt ?? order.acceptedAt ?? order.placedAt),
      outside: CARRIER,
      early: failed > 0,
    },
  ];
}

/** Who has asked the carrier to book does not know that nothing was booked before the carrier has said so. */
function owedCancelling(order: Order, { fulfilmentId, shipment }: FulfilmentState): Owed[] {
  if (shipment === undefined || shipment.shippedAt !== undefined) return [];
  if (shipment.booking === undefined && shipment.requests === 0) return [];
  const dueAt = Date.parse(shipment.requestedAt ?? order.placedAt);
  return [{ id: `parcel.cancel/${fulfilmentId}`, dueAt, outside: CARRIER, early: true }];
}
