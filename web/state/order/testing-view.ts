import type { FulfilmentView, OrderView } from "../../../projections/views.ts";

const eur = (amount: number) => ({ amount, currency: "EUR" });

/** A minute of the hour in which the orders of tests happen. */
export const minute = (n: number): string => `2026-03-01T10:${String(n).padStart(2, "0")}:00.000Z`;

/** A part of an order at a bakery, as changed. */
export const fulfilment = (change: Partial<FulfilmentView> = {}): FulfilmentView => ({
  fulfilmentId: "0.0",
  siteId: "sweet-crumbs",
  siteName: "Sweet Crumbs",
  kind: "bakery",
  city: "Berlin",
  timeZone: "Europe/Berlin",
  stations: ["preparation", "baking"],
  lines: [],
  notified: false,
  accepted: false,
  rejected: false,
  started: [],
  completed: [],
  ready: false,
  ...change,
});

/** An order that was just placed, as changed. */
export const view = (change: Partial<OrderView> = {}): OrderView => ({
  orderId: "11111111-1111-5111-8111-111111111111",
  number: "111111",
  status: "placed",
  channel: "web",
  customerId: "c",
  placedBy: "guest:g",
  placedAt: minute(0),
  promisedAt: "2026-03-01T11:00:00.000Z",
  method: "courier",
  subtotal: eur(100),
  deliveryFee: eur(10),
  tax: eur(7),
  total: eur(110),
  fulfilments: [fulfilment()],
  payment: { status: "none", attempts: 0, refunded: 0 },
  courier: { attempt: 0, accepted: false, arrived: false },
  missing: [],
  milestones: [{ type: "order.placed", at: minute(0) }],
  revision: "0",
  ...change,
});
