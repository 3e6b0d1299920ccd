import type { TicketView } from "../../../projections/views.ts";

/** A ticket for specifications: new at a bakery with four stations. */
export const ticket = (change: Partial<TicketView> = {}): TicketView => ({
  orderId: "11111111-1111-5111-8111-111111111111",
  fulfilmentId: "0.0",
  number: "111111",
  siteId: "sweet-crumbs",
  status: "new",
  receivedAt: "2026-03-01T10:00:00.000Z",
  promisedAt: "2026-03-01T11:00:00.000Z",
  stations: ["preparation", "baking", "quality_check", "packaging"],
  started: [],
  completed: [],
  lines: [{ sku: "croissant", name: "Croissant", quantity: { amount: 2, unit: "each" }, allergens: [] }],
  changedAt: "2026-03-01T10:00:00.000Z",
  courier: { assigned: false, arrived: false },
  ...change,
});
