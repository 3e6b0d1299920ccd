import { expect, test } from "vitest";
import type { OrderEvent } from "../../domain/order/events.ts";
import { happened, ORDER, orderOf, until } from "../../test/fixtures/order-examples.ts";
import type { BookedIntent } from "./books.ts";
import type { DifferenceKind } from "./difference.ts";
import { captureDifference } from "./payments.ts";

const captured = (intent: string, amount = 2690): BookedIntent => ({
  intent,
  orderId: ORDER,
  status: "succeeded",
  captured: { amount, currency: "EUR" },
  at: 0,
});

test.each<[string, readonly OrderEvent[], BookedIntent, DifferenceKind | undefined]>([
  ["as the order says", until("payment_confirmed"), captured("pi_1"), undefined],
  ["that the order does not know yet", until("payment_processing"), captured("pi_1"), "capture_not_in_order"],
  ["of an order that has no intent", until("stock_reserved"), captured("pi_1"), "capture_not_in_order"],
  [
    "of another intent while the order tries its own",
    until("payment_processing"),
    captured("pi_2"),
    "captured_by_other_intent",
  ],
  [
    "of another intent once the order has ended",
    [...until("payment_processing"), happened.paymentFailed()],
    captured("pi_2"),
    "capture_not_in_order",
  ],
  [
    "of another intent beside the one that was captured",
    until("payment_confirmed"),
    captured("pi_2"),
    "captured_twice",
  ],
  ["of another amount", until("payment_confirmed"), captured("pi_1", 1), "amount_differs"],
  ["of nobody's order", [], captured("pi_1"), "capture_without_order"],
])("a capture %s", (_which, events, booked, kind) => {
  const order = events.length === 0 ? undefined : orderOf(events);
  expect(captureDifference(order, booked)?.kind).toBe(kind);
});
