import type { OrderPlaced } from "../../domain/order/events.ts";
import { type Order, statusOf } from "../../domain/order/state.ts";
import type { FulfilmentView, Milestone, OrderView } from "../views.ts";

/** An event of an order, as far as views need it. */
export interface Happened {
  readonly id: string;
  readonly type: string;
  readonly at: string;
  readonly data: unknown;
}

/** The short number that people say to each other. */
export const orderNumber = (orderId: string): string => orderId.slice(0, 6).toUpperCase();

/** Events that a tracker shows as steps. What was tried and failed is support's concern. */
const MILESTONES: ReadonlySet<string> = new Set([
  "order.placed",
  "order.out_of_stock",
  "order.cancelled",
  "order.picked_up",
  "order.delivered",
  "stock.reserved",
  "payment.processing",
  "payment.confirmed",
  "payment.failed",
  "payment.refunded",
  "restaurant.notified",
  "restaurant.accepted",
  "restaurant.rejected",
  "kitchen.stage_started",
  "kitchen.stage_completed",
  "kitchen.recalled",
  "kitchen.ready",
  "driver.assigned",
  "driver.accepted",
  "driver.declined",
  "driver.arrived",
  "driver.unavailable",
]);

/** The view of an order, of its state (lines or not) and all of its events in their order. */
export function orderView(order: Order, revision: bigint, events: readonly Happened[]): OrderView {
  const placed = placedData(events);
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
    fulfilments: order.fulfilments.map((fulfilment) => fulfilmentView(fulfilment, placed)),
    payment: {
      status: paymentStatus(order),
      attempts: order.payment.attempts,
      nextAttemptAt: order.payment.nextAttemptAt,
      refunded: order.payment.refunded,
    },
    courier: {
      courierId: order.courier.courierId,
      accepted: order.courier.accepted,
      arrived: order.courier.arrived,
    },
    missing: order.missing,
    failure: order.failure,
    rejection: rejectionOf(events),
    milestones: events.filter(({ type }) => MILESTONES.has(type)).map(milestone),
    revision: revision.toString(),
  };
}

/** What the order was placed with: the data of its first event. */
export function placedData(events: readonly Happened[]): OrderPlaced {
  const first = events[0];
  if (first?.type !== "order.placed") throw new Error("an order's events do not begin with its placing");
  return first.data as OrderPlaced; // written by the project in the contract's shape
}

function fulfilmentView(fulfilment: Order["fulfilments"][number], placed: OrderPlaced): FulfilmentView {
  const details = placed.fulfilments.find(({ fulfilmentId }) => fulfilmentId === fulfilment.fulfilmentId);
  return {
    fulfilmentId: fulfilment.fulfilmentId,
    siteId: fulfilment.siteId,
    siteName: details?.name ?? fulfilment.siteId,
    kind: details?.kind ?? "restaurant",
    city: fulfilment.city,
    timeZone: details?.timeZone ?? "UTC",
    stations: fulfilment.stations,
    lines: (details?.lines ?? []).map(({ sku, name, quantity, price }) => ({ sku, name, quantity, price })),
    notified: fulfilment.notified,
    accepted: fulfilment.accepted,
    rejected: fulfilment.rejected,
    started: fulfilment.started,
    completed: fulfilment.completed,
    ready: fulfilment.ready,
  };
}

function paymentStatus({ payment, ended }: Order): OrderView["payment"]["status"] {
  if (payment.confirmed) return "confirmed";
  if (ended === "payment_failed") return "failed";
  if (payment.cancelled) return "cancelled";
  return payment.intent === undefined ? "none" : "processing";
}

function rejectionOf(events: readonly Happened[]): string | undefined {
  const rejected = events.find(({ type }) => type === "restaurant.rejected");
  return rejected && fieldOf(rejected.data, "reason");
}

const milestone = ({ type, at, data }: Happened): Milestone => ({
  type,
  at,
  fulfilmentId: fieldOf(data, "fulfilmentId"),
  stage: fieldOf(data, "stage"),
});

function fieldOf(data: unknown, name: string): string | undefined {
  if (typeof data !== "object" || data === null) return undefined;
  const value: unknown = Reflect.get(data, name);
  return typeof value === "string" ? value : undefined;
}
