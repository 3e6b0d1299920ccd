import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import { type Money, money } from "../../domain/money/money.ts";
import type { OrderLine, PlacedFulfilment } from "../../domain/order/events.ts";
import { standing, statusOf } from "../../domain/order/state.ts";
import type { Receipt, TaxShare } from "../../projections/buyer-views.ts";
import { madeOf } from "../../projections/order-state/amendments.ts";
import { orderNumber } from "../../projections/order-state/order-events.ts";
import { foldBatch } from "../../projections/orders/fold.ts";
import type { FoundOrder } from "../../projections/orders/rows.ts";
import { taxRates } from "./tax-rates.ts";

/** An order folded from its own events with what its receipt says; undefined when they are no order. */
export function receiptFrom(
  orderId: string,
  events: readonly RecordedEvent[],
): { readonly found: FoundOrder; readonly receipt: Receipt } | undefined {
  const { orders, placings } = foldBatch(new Map(), events);
  const [row, placing, last] = [orders.get(orderId), placings.get(orderId), events.at(-1)];
  if (!row || !placing || !last) return undefined;
  const found = { ...row, placing };
  return { found, receipt: receiptOf(found, events, last) };
}

function receiptOf(found: FoundOrder, events: readonly RecordedEvent[], last: RecordedEvent): Receipt {
  const { order, placing } = found;
  const placed = placing.data;
  const parts = madeOf(placed.fulfilments, placing.eventId, found.amendments, {
    part: (part: PlacedFulfilment) => part,
    line: (line: OrderLine) => line,
  });
  const counted = new Set(standing(order).map(({ fulfilmentId }) => fulfilmentId));
  const made = parts.filter(({ fulfilmentId }) => counted.has(fulfilmentId));
  const lines = made.flatMap((part) => part.lines);
  const rates = taxRates(lines.map(({ line }) => line));
  const paid = order.payment.confirmed;
  return {
    orderId: order.orderId,
    number: orderNumber(order.orderId),
    status: statusOf(order),
    language: placed.language ?? "en",
    placedAt: order.placedAt,
    paidAt: events.find(({ type }) => type === "payment.confirmed")?.metadata.at,
    payment: paid ? "paid" : order.ended === undefined ? "due" : "none",
    sites: made.map(({ siteId, name, city }) => ({ siteId, name, city })),
    timeZone: made[0]?.timeZone ?? "UTC",
    lines: lines.map(({ line, insteadOf, leftOut }, index) => ({
      sku: line.sku,
      name: line.name,
      quantity: line.quantity,
      price: line.price,
      taxBasisPoints: rates[index] ?? 0,
      insteadOf,
      leftOut,
    })),
    deliveryFee: placed.deliveryFee,
    total: order.total,
    taxes:
      order.ended === undefined
        ? sharesOf([
            ...lines.flatMap(({ line, leftOut }, index) =>
              leftOut ? [] : [{ rate: rates[index] ?? 0, gross: line.price, tax: line.tax.amount }],
            ),
            // Nothing says what tax a delivery carries, so none is shown for it.
            { rate: 0, gross: placed.deliveryFee, tax: 0 },
          ])
        : [],
    refunds: refundsIn(events),
    balance: money(paid ? order.total.amount - order.payment.refunded : 0, order.total.currency),
    proof: { revision: last.revision.toString(), hash: last.metadata.hash },
  };
}

function sharesOf(
  parts: readonly { readonly rate: number; readonly gross: Money; readonly tax: number }[],
): readonly TaxShare[] {
  const byRate = Map.groupBy(
    parts.filter(({ gross }) => gross.amount > 0),
    ({ rate }) => rate,
  );
  return [...byRate]
    .sort(([a], [b]) => b - a)
    .map(([basisPoints, of]) => {
      const currency = of[0]?.gross.currency ?? "EUR";
      const gross = of.reduce((sum, part) => sum + part.gross.amount, 0);
      const tax = of.reduce((sum, part) => sum + part.tax, 0);
      return {
        basisPoints,
        net: money(gross - tax, currency),
        tax: money(tax, currency),
        gross: money(gross, currency),
      };
    });
}

/** Refunds that the gateway has made and not taken back, each once. */
function refundsIn(events: readonly RecordedEvent[]): Receipt["refunds"] {
  const refunds = new Map<string, { at: string; amount: Money }>();
  const failed = new Set<string>();
  for (const { type, data, metadata } of events) {
    // Shapes of the contract; the fold above has read the same events.
    if (type === "payment.refunded") {
      const { refund, amount } = data as { refund: string; amount: Money };
      if (!refunds.has(refund)) refunds.set(refund, { at: metadata.at, amount });
    }
    if (type === "payment.refund_failed") failed.add((data as { refund?: string }).refund ?? "");
  }
  return [...refunds].flatMap(([refund, made]) => (failed.has(refund) ? [] : [made]));
}
