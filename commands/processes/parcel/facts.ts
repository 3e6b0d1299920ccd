import type { Actor } from "../../../domain/chain/envelope.ts";
import { record } from "../../../domain/order/facts.ts";
import type { CarrierBooking } from "../../gateways/carrier-gateway.ts";
import type { FactRecorder } from "../facts.ts";

const CARRIER: Actor = { type: "carrier", id: "bobs-post" };

/** A parcel of an order, for whom facts about it are recorded. */
export interface Parcel {
  readonly orderId: string;
  readonly fulfilmentId: string;
  /** False as soon as nothing may be written any more. */
  held(): boolean;
}

/**
 * Records what the carrier says of a booking: that it has taken it on, and that it has shipped. Booking, poll and
 * webhook all record by this, under the same `cmd`s: whoever comes first is recorded, the others find it.
 */
export async function recordBooking(facts: FactRecorder, parcel: Parcel, told: CarrierBooking): Promise<void> {
  const { orderId, fulfilmentId, held } = parcel;
  const { booking, reference, trackingNumber, status, shippedAt } = told;
  await facts.record(
    { orderId, id: `parcel.scheduled/${fulfilmentId}`, held },
    CARRIER,
    { reference: booking, result: "scheduled" },
    (state) =>
      record(state, { type: "shipment.scheduled", data: { fulfilmentId, reference, booking, trackingNumber } }),
  );
  if (status !== "shipped" || shippedAt === undefined) return;
  await facts.record(
    { orderId, id: `parcel.shipped/${fulfilmentId}`, held },
    CARRIER,
    { reference: booking, result: "shipped" },
    (state) => record(state, { type: "shipment.shipped", data: { fulfilmentId, booking, shippedAt } }),
  );
}
