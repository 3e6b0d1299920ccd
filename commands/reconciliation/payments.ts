import { record } from "../../domain/order/facts.ts";
import type { Order, OrderState } from "../../domain/order/state.ts";
import type { Outside } from "../../infra/outside/outside.ts";
import { NO_INTENT } from "../processes/payment-owed.ts";
import type { BookedIntent, BookedRefund, OrderBooks, PaymentBooks } from "./books.ts";
import type { Difference } from "./difference.ts";
import { entriesOf, type Inspection } from "./inspection.ts";

export const PAYMENT: Outside = { system: "payment", place: "" };

/**
 * Compares captures and refunds at the gateway with the orders. What the gateway has done is a fact, and recorded where
 * an order does not know it; what only an order says is reported and never changed. Resolves with the number of intents
 * and refunds that were looked at.
 */
export async function comparePayments(
  books: PaymentBooks,
  orders: OrderBooks,
  inspection: Inspection,
): Promise<{ readonly intents: number; readonly refunds: number }> {
  const intents = await compareIntents(books, orders, inspection);
  const refunds = await compareRefunds(books, inspection);
  return { intents, refunds };
}

async function compareIntents(books: PaymentBooks, orders: OrderBooks, inspection: Inspection): Promise<number> {
  const { from, until } = inspection;
  /** Orders for which the gateway has captured. */
  const captured = new Set<string>();
  let looked = 0;
  const pages = entriesOf(inspection, PAYMENT, (after) => books.intents(from, after));
  for await (const page of pages) {
    for (const { orderId, status } of page) if (status === "succeeded" && orderId) captured.add(orderId);
    // What is younger may still be on its way into its order.
    const settled = page.filter(({ at, status }) => at < until && status === "succeeded");
    looked += settled.length;
    await inspection.each(settled, (intent) => compareCapture(intent, inspection));
  }
  let after: string | undefined;
  do {
    const { entries, next } = await orders.paid(from, until, after);
    const missing = entries.filter((orderId) => !captured.has(orderId));
    await inspection.each(missing, (orderId) => comparePaidOrder(orderId, books, inspection));
    after = next;
  } while (after !== undefined && !inspection.signal.aborted);
  return looked;
}

/** The gateway has captured: the order has to say the same. */
export async function compareCapture(booked: BookedIntent, inspection: Inspection, again = true): Promise<void> {
  const { orderId, intent, captured } = booked;
  const order = orderId === undefined ? undefined : await inspection.order(orderId);
  const difference = captureDifference(order, booked);
  if (difference === undefined) return;
  if (difference.kind !== "capture_not_in_order" || order === undefined) return await inspection.found(difference);
  const told = await inspection.mend(
    difference,
    order.orderId,
    { reference: intent, amount: captured.amount, result: "confirmed" },
    // Decided anew at the order's revision: whoever records it first is enough.
    (state) =>
      captureDifference(state, booked)?.kind === "capture_not_in_order"
        ? record(state, { type: "payment.confirmed", data: { intent, amount: captured } })
        : [],
  );
  if (!told && again) await compareCapture(booked, inspection, false);
}

/** What an order says differently about a capture. */
export function captureDifference(order: OrderState, booked: BookedIntent): Difference | undefined {
  const { intent, captured, at } = booked;
  const about = (kind: Difference["kind"], inOrder: number | undefined): Difference => ({
    kind,
    reference: intent,
    orderId: booked.orderId,
    inOrder,
    outside: captured.amount,
    currency: captured.currency,
    at,
  });
  if (order === undefined) return about("capture_without_order", undefined);
  const { payment, total } = order;
  if (payment.confirmed) {
    if (payment.intent !== intent) return about("captured_twice", payment.captured);
    const same = payment.captured === captured.amount && total.currency === captured.currency;
    return same ? undefined : about("amount_differs", payment.captured);
  }
  // The order still tries another intent, which may be captured as well: for people. Once it has ended it can be given back.
  const tries = order.ended === undefined && payment.intent !== undefined && payment.intent !== intent;
  return about(tries ? "captured_by_other_intent" : "capture_not_in_order", 0);
}

/** The order says paid, and the gateway's list has no capture of it: its intent is asked for by its id. */
async function comparePaidOrder(orderId: string, books: PaymentBooks, inspection: Inspection): Promise<void> {
  const order = await inspection.order(orderId);
  const intent = order?.payment.intent;
  if (order === undefined || intent === undefined || intent === NO_INTENT || !order.payment.confirmed) return;
  const booked = await inspection.ask(PAYMENT, () => books.intent(intent));
  if (booked !== undefined && booked.status === "succeeded") return await compareCapture(booked, inspection);
  await inspection.found({
    kind: "paid_without_capture",
    reference: intent,
    orderId,
    inOrder: order.payment.captured,
    outside: 0,
    currency: order.total.currency,
    at: Date.parse(order.placedAt),
  });
}

async function compareRefunds(books: PaymentBooks, inspection: Inspection): Promise<number> {
  const { from, until } = inspection;
  let looked = 0;
  for await (const page of entriesOf(inspection, PAYMENT, (after) => books.refunds(from, after))) {
    const made = page.filter(({ at, status }) => at < until && status !== "failed");
    looked += made.length;
    await inspection.each(made, (refund) => compareRefund(refund, books, inspection));
  }
  for await (const page of entriesOf(inspection, PAYMENT, (after) => books.failedRefunds(from, after))) {
    looked += page.length;
    await inspection.each(page, (refund) => compareFailedRefund(refund, books, inspection));
  }
  return looked;
}

/** The gateway has given money back: the order has to know. */
async function compareRefund(booked: BookedRefund, books: PaymentBooks, inspection: Inspection): Promise<void> {
  const { refund, amount } = booked;
  const order = await orderOfRefund(booked, books, inspection);
  if (order === undefined) return await inspection.found(aboutRefund("refund_without_order", booked, undefined));
  const { intent } = booked;
  // What another intent took and gave back was never counted as the order's own: its capture is reported, not this.
  if (intent === undefined || order.payment.intent !== intent) return;
  if (order.payment.refunds.includes(refund)) return;
  await inspection.mend(
    aboutRefund("refund_not_in_order", booked, order),
    order.orderId,
    { reference: refund, amount: amount.amount, result: "refunded" },
    (state) => record(state, { type: "payment.refunded", data: { refund, intent, amount } }),
  );
}

/** A refund that the order counts has come to nothing: it is owed again, and the payment process tries again. */
async function compareFailedRefund(booked: BookedRefund, books: PaymentBooks, inspection: Inspection): Promise<void> {
  const { refund, amount } = booked;
  const order = await orderOfRefund(booked, books, inspection);
  if (order === undefined || !countsOn(order, refund)) return;
  await inspection.mend(
    aboutRefund("refund_failed_later", booked, order),
    order.orderId,
    { reference: refund, amount: amount.amount, result: "refund_failed_later" },
    (state) =>
      state && countsOn(state, refund)
        ? [
            {
              type: "payment.refund_failed",
              data: { attempt: state.payment.refundAttempts + 1, failureType: "unknown", refund, amount },
            },
          ]
        : [],
  );
}

/** The order takes the money for given back. */
const countsOn = ({ payment }: Order, refund: string): boolean =>
  payment.refunds.includes(refund) && !payment.failedRefunds.includes(refund);

/** The order that a refund belongs to, by the intent that was refunded. */
async function orderOfRefund(
  { intent }: BookedRefund,
  books: PaymentBooks,
  inspection: Inspection,
): Promise<OrderState> {
  if (intent === undefined) return undefined;
  const booked = await inspection.ask(PAYMENT, () => books.intent(intent));
  return booked?.orderId === undefined ? undefined : await inspection.order(booked.orderId);
}

const aboutRefund = (kind: Difference["kind"], booked: BookedRefund, order: OrderState): Difference => ({
  kind,
  reference: booked.refund,
  orderId: order?.orderId,
  inOrder: order?.payment.refunded,
  outside: booked.amount.amount,
  currency: booked.amount.currency,
  at: booked.at,
});
