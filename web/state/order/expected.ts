import type { OrderView } from "../../../projections/views.ts";
import type { OwnOrder } from "./own-orders.ts";

/**
 * The order as it is to be expected until the server has told of it: nothing of it is shown as done but that it was
 * placed. So the page has its shape from the start, and nothing moves when the truth arrives. Undefined where the device
 * knows too little.
 */
export function expectedView(own: OwnOrder): OrderView | undefined {
  const { expected, total } = own;
  if (!expected) return undefined;
  const currency = total.currency;
  const subtotal = { amount: total.amount - expected.deliveryFee.amount, currency };
  return {
    orderId: own.id,
    number: own.id.replaceAll("-", "").slice(0, 6).toUpperCase(),
    status: own.status,
    channel: "web",
    customerId: "",
    placedBy: own.placedBy ?? "",
    placedAt: own.placedAt,
    promisedAt: expected.promisedAt,
    method: expected.method,
    subtotal,
    deliveryFee: expected.deliveryFee,
    tax: { amount: 0, currency },
    total,
    fulfilments: [
      {
        fulfilmentId: "expected",
        siteId: own.site.siteId,
        siteName: own.site.name,
        kind: expected.kind,
        city: expected.city,
        timeZone: expected.timeZone,
        stations: expected.stations,
        lines: own.lines.map(({ sku, name, quantity, unit }, index) => ({
          sku,
          name,
          quantity: { amount: quantity, unit },
          price: expected.prices[index] ?? { amount: 0, currency },
        })),
        notified: false,
        accepted: false,
        rejected: false,
        started: [],
        completed: [],
        ready: false,
      },
    ],
    payment: { status: "none", attempts: 0, refunded: 0 },
    courier: { attempt: 0, accepted: false, arrived: false },
    missing: [],
    milestones: [{ type: "order.placed", at: own.placedAt }],
    revision: own.revision,
  };
}
