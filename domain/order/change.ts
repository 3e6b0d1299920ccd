import type { PlacedFulfilment } from "./events.ts";
import {
  type CourierState,
  type EarlyEnd,
  type FulfilmentState,
  isFinal,
  type Order,
  type PaymentState,
} from "./state.ts";

// How a part of an order's state is changed. Nothing is changed in place.

/** A fulfilment as it begins. */
export const fulfilmentFrom = (placed: PlacedFulfilment): FulfilmentState => ({
  fulfilmentId: placed.fulfilmentId,
  siteId: placed.siteId,
  kind: placed.kind,
  city: placed.city,
  stations: placed.stations,
  lines: placed.lines,
  reserved: false,
  released: false,
  notification: undefined,
  notified: false,
  accepted: false,
  rejected: false,
  rejection: undefined,
  seeking: undefined,
  replaced: false,
  unavailable: [],
  extras: [],
  shipment: undefined,
  started: [],
  completed: [],
  ready: false,
});

export const withFulfilment = (
  order: Order,
  fulfilmentId: string,
  change: (fulfilment: FulfilmentState) => Partial<FulfilmentState>,
): Order => ({
  ...order,
  fulfilments: order.fulfilments.map((f) => (f.fulfilmentId === fulfilmentId ? { ...f, ...change(f) } : f)),
});

export const withPayment = (order: Order, change: Partial<PaymentState>): Order => ({
  ...order,
  payment: { ...order.payment, ...change },
});

export const withCourier = (order: Order, change: Partial<CourierState>): Order => ({
  ...order,
  courier: { ...order.courier, ...change },
});

/** Somebody carries it, or nobody is looked for any more: what comes next is another search. */
export const searchOver = ({ courier }: Order): Partial<CourierState> => ({
  searchingSince: undefined,
  searches: courier.searches + 1,
});

/** The first reason to end stays: a payment that fails after a cancellation does not rename the end. */
export const ended = (order: Order, end: EarlyEnd): Order => (isFinal(order) ? order : { ...order, ended: end });

export const without = (list: readonly string[], item: string) => list.filter((x) => x !== item);
export const including = (list: readonly string[], item: string) => (list.includes(item) ? list : [...list, item]);
