import { withFulfilment } from "./change.ts";
import type { OrderEvent } from "./events.ts";
import type { Order, ShipmentState } from "./state.ts";

const UNSHIPPED: ShipmentState = {
  attempts: 0,
  nextAttemptAt: undefined,
  booking: undefined,
  trackingNumber: undefined,
  shippedAt: undefined,
};

/** A parcel on its way. */
export function shipment(order: Order, event: Extract<OrderEvent, { type: `shipment.${string}` }>): Order {
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
      case "shipment.scheduled": {
        const { booking, trackingNumber } = event.data;
        return known.booking === undefined
          ? { shipment: { ...known, booking, trackingNumber, nextAttemptAt: undefined } }
          : {};
      }
      case "shipment.shipped": {
        const { booking, shippedAt } = event.data;
        return { shipment: { ...known, booking: known.booking ?? booking, shippedAt: known.shippedAt ?? shippedAt } };
      }
    }
  });
}
