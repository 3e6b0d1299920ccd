import type { OrderEvent } from "../../domain/order/events.ts";
import { record } from "../../domain/order/facts.ts";
import type { Order, OrderState } from "../../domain/order/state.ts";
import { CARRIER, parcelOf, referenceOf } from "../processes/parcel/owed.ts";
import type { BookedParcel, CarrierBooks } from "./books.ts";
import type { Difference, DifferenceKind } from "./difference.ts";
import { entriesOf, type Inspection } from "./inspection.ts";

/** Compares the carrier's bookings with the orders, and resolves with the number of those that were looked at. */
export async function compareParcels(books: CarrierBooks, inspection: Inspection): Promise<number> {
  let looked = 0;
  for await (const page of entriesOf(inspection, CARRIER, (after) => books.parcels(inspection.from, after))) {
    const settled = page.filter(({ at }) => at < inspection.until);
    looked += settled.length;
    await inspection.each(settled, (parcel) => compareParcel(parcel, inspection));
  }
  return looked;
}

/** What the carrier says of a parcel, the order has to know. */
export async function compareParcel(booked: BookedParcel, inspection: Inspection, again = true): Promise<void> {
  const meant = parcelOf(booked.reference);
  const order = meant && (await inspection.order(meant.orderId));
  const kind = parcelDifference(order, booked, inspection.until);
  if (kind === undefined) return;
  const { booking, reference, trackingNumber, shippedAt } = booked;
  const difference: Difference = {
    kind,
    reference: booking,
    orderId: meant?.orderId,
    inOrder: undefined,
    outside: undefined,
    currency: undefined,
    at: booked.at,
  };
  if (meant === undefined || kind === "parcel_without_order" || kind === "parcel_booked_twice") {
    return await inspection.found(difference);
  }
  const { orderId, fulfilmentId } = meant;
  const fact: OrderEvent =
    kind === "parcel_shipped_unseen"
      ? { type: "shipment.shipped", data: { fulfilmentId, booking, shippedAt: shippedAt ?? "" } }
      : { type: "shipment.scheduled", data: { fulfilmentId, reference, booking, trackingNumber } };
  const identity = { reference: booking, result: kind === "parcel_shipped_unseen" ? "shipped" : "scheduled" };
  const told = await inspection.mend(difference, orderId, identity, (state) =>
    parcelDifference(state, booked, inspection.until) === kind ? record(state, fact) : [],
  );
  // Somebody else has told the order meanwhile, or it is another booking of the same parcel that it knows now.
  if (!told && again) await compareParcel(booked, inspection, false);
}

/** What an order says differently about a parcel. What has shipped after `until` may still be on its way into it. */
export function parcelDifference(order: OrderState, booked: BookedParcel, until: number): DifferenceKind | undefined {
  const { booking, status, shippedAt } = booked;
  const meant = parcelOf(booked.reference);
  const fulfilment = order?.fulfilments.find(({ fulfilmentId }) => fulfilmentId === meant?.fulfilmentId);
  if (order === undefined || fulfilment === undefined) {
    return status === "cancelled" ? undefined : "parcel_without_order";
  }
  const known = fulfilment.shipment;
  if (status === "cancelled") return undefined;
  if (known?.booking === undefined) {
    return order.ended !== undefined || fulfilment.replaced ? "parcel_of_ended_order" : "parcel_not_in_order";
  }
  if (known.booking !== booking) return "parcel_booked_twice";
  const seen = known.shippedAt !== undefined || shippedAt === undefined || Date.parse(shippedAt) >= until;
  return seen ? undefined : "parcel_shipped_unseen";
}

/** Asks the carrier, by their references, for the parcels of an order that it was asked to book and that have not shipped. */
export async function settleParcels(order: Order, books: CarrierBooks, inspection: Inspection): Promise<void> {
  for (const { fulfilmentId, shipment } of order.fulfilments) {
    if (shipment === undefined || shipment.shippedAt !== undefined) continue;
    if (Date.parse(shipment.bookedAt ?? shipment.requestedAt ?? order.placedAt) >= inspection.until) continue;
    const reference = referenceOf(order.orderId, fulfilmentId);
    const found = await inspection.ask(CARRIER, () => books.ofReference(reference));
    await inspection.each(
      found.filter(({ at }) => at < inspection.until),
      (one) => compareParcel(one, inspection),
    );
  }
}
