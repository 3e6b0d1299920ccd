import type { OrderLine, PlacedFulfilment } from "../../domain/order/events.ts";
import { type FulfilmentState, type Order, standing, standingFailure, statusOf } from "../../domain/order/state.ts";
import { type MadePart, madeOf } from "../order-state/amendments.ts";
import { orderNumber } from "../order-state/order-events.ts";
import type { FulfilmentView, OrderView, ParcelView } from "../views.ts";
import type { FoundOrder } from "./rows.ts";

/** The view of an order; its state may be with lines or without. */
export function orderView({ order, placing, amendments, milestones, rejection, revision }: FoundOrder): OrderView {
  const placed = placing.data;
  const parts = madeOf(placed.fulfilments, placing.eventId, amendments, AS_PLACED);
  return {
    orderId: order.orderId,
    number: orderNumber(order.orderId),
    status: statusOf(order),
    channel: order.channel,
    customerId: order.customerId,
    placedBy: order.placedBy,
    placedAt: order.placedAt,
    promisedAt: order.delivery.promisedAt,
    method: order.delivery.method,
    subtotal: placed.subtotal,
    deliveryFee: placed.deliveryFee,
    tax: placed.tax,
    total: order.total,
    fulfilments: standing(order).map((fulfilment) => fulfilmentView(fulfilment, parts)),
    payment: {
      status: paymentStatus(order),
      attempts: order.payment.attempts,
      nextAttemptAt: order.payment.nextAttemptAt,
      refunded: order.payment.refunded,
    },
    courier: {
      courierId: order.courier.courierId,
      attempt: order.courier.attempt,
      accepted: order.courier.accepted,
      arrived: order.courier.arrived,
    },
    missing: order.missing,
    failure: standingFailure(order),
    rejection,
    milestones,
    revision: revision.toString(),
  };
}

type Part = MadePart<PlacedFulfilment, OrderLine>;
const AS_PLACED = { part: (part: PlacedFulfilment) => part, line: (line: OrderLine) => line };

function fulfilmentView(fulfilment: FulfilmentState, parts: readonly Part[]): FulfilmentView {
  const details = parts.find(({ fulfilmentId }) => fulfilmentId === fulfilment.fulfilmentId);
  return {
    fulfilmentId: fulfilment.fulfilmentId,
    siteId: fulfilment.siteId,
    siteName: details?.name ?? fulfilment.siteId,
    kind: details?.kind ?? "restaurant",
    city: fulfilment.city,
    timeZone: details?.timeZone ?? "UTC",
    stations: fulfilment.stations,
    lines: (details?.lines ?? []).map(({ line: { sku, name, quantity, price }, insteadOf, leftOut }) => ({
      sku,
      name,
      quantity,
      price,
      insteadOf,
      leftOut,
    })),
    notified: fulfilment.notified,
    accepted: fulfilment.accepted,
    rejected: fulfilment.rejected,
    seeking: fulfilment.seeking,
    started: fulfilment.started,
    completed: fulfilment.completed,
    ready: fulfilment.ready,
    parcel: parcelView(fulfilment),
  };
}

function parcelView({ shipment }: FulfilmentState): ParcelView | undefined {
  if (shipment === undefined) return undefined;
  const { bookedAt, trackingNumber, shippedAt, nextAttemptAt } = shipment;
  return { bookedAt, trackingNumber, shippedAt, nextAttemptAt };
}

function paymentStatus({ payment, ended }: Order): OrderView["payment"]["status"] {
  if (payment.confirmed) return "confirmed";
  if (ended === "payment_failed") return "failed";
  if (payment.cancelled) return "cancelled";
  return payment.intent === undefined ? "none" : "processing";
}
