import { withFulfilment } from "./change.ts";
import type { OrderEvent } from "./events.ts";
import type { Order, ShipmentState } from "./state.ts";

const UNSHIPPED: ShipmentState = {
  attempts: 0,
  nextAttemptAt: undefined,
  requests: 0,
  requestedAt: undefined,
  booking: undefined,
  bookedAt: undefined,
  trackingNumber: undefined,
  shippedAt: undefined,
};

/** A parcel on its way. */
export function shipment(order: Order, event: Extract<OrderEvent, { type: `shipment.${string}` }>, at: string): Order {
  return withFulfilment(order, event.data.fulfilmentId, (f) => {
    const known = f.shipment ?? UNSHIPPED;
    switch (event.type) {
      case "shipment.attempt_failed": {
        const { attempt, nextAttemptAt } = event.data;
        // A failure that is reported after the booking plans nothing any more.
        return known.booking === undefined
          ? { shipment: { ...known, attempts: Math.max(known.attempts, attempt), nextAttemptAt } }
          : {};
      }
      case "shipment.requested": {
        const { request } = event.data;
        return request > known.requests ? { shipment: { ...known, requests: request, requestedAt: at } } : {};
      }
      case "shipment.scheduled": {
        const { booking, trackingNumber } = event.data;
        return known.booking === undefined
          ? { shipment: { ...known, booking, bookedAt: at, trackingNumber, nextAttemptAt: undefined } }
          : {};
      }
      case "shipment.shipped": {
        const { booking, shippedAt } = event.data;
        return {
          shipment: {
            ...known,
            booking: known.booking ?? booking,
            bookedAt: known.bookedAt ?? at,
            shippedAt: known.shippedAt ?? shippedAt,
          },
        };
      }
    }
  });
}
