import { describe, expect, test } from "vitest";
import type { OrderEvent } from "../../../domain/order/events.ts";
import { AT, EUR, fulfilmentAt, happened, orderOf, until } from "../../../test/fixtures/order-examples.ts";
import { noticeOf, owedNotices } from "./owed-notices.ts";

const PLACED = Date.parse(AT);
const LATER = "2026-11-21T10:05:00.000Z";
const owed = (...events: readonly OrderEvent[]) => owedNotices(orderOf(events));
const ids = (...events: readonly OrderEvent[]) => owed(...events).map(({ id }) => id);
const sent = (notice: string): OrderEvent => ({
  type: "notification.sent",
  data: { notice, channel: "email", messageId: `${notice}@example` },
});
const failedNotice = (notice: string, attempt: number, nextAttemptAt?: string): OrderEvent => ({
  type: "notification.failed",
  data: { notice, channel: "sms", attempt, failureType: "service_unavailable", nextAttemptAt },
});
const removed = (sku: string): OrderEvent => ({
  type: "order.line_removed",
  data: { fulfilmentId: "1.1", sku, refund: EUR(100), reason: "missing" },
});
const rerouted: OrderEvent = {
  type: "order.rerouted",
  data: { fulfilmentId: "1.1", reason: "too_busy", fulfilments: [fulfilmentAt("bakery", "2.1")] },
};
const shipped: OrderEvent = {
  type: "shipment.shipped",
  data: { fulfilmentId: "1.1", booking: "bp_1", shippedAt: AT },
};

describe("a customer is owed word", () => {
  test("of nothing before the order is paid, and then of the confirmation", () => {
    expect(ids(...until("payment_processing"))).toEqual([]);
    expect(owed(...until("payment_confirmed"))).toEqual([
      {
        id: "notification.send/confirmed/1",
        dueAt: PLACED,
        outside: { system: "email", place: "" },
        early: false,
      },
    ]);
  });

  test("once of each thing: what was sent is owed no more", () => {
    expect(ids(...until("payment_confirmed"), sent("confirmed"))).toEqual([]);
    expect(ids(...until("delivered"), sent("confirmed"))).toEqual(["notification.send/delivered/1"]);
  });

  test.each([
    ["payment_failed", [...until("payment_processing"), happened.paymentFailed()]],
    ["out_of_stock", [happened.placed("bakery"), happened.outOfStock()]],
    ["rejected", [...until("restaurant_notified"), happened.rejected()]],
    ["cancelled", [...until("stock_reserved"), happened.cancelled("support")]],
    [
      "fraud",
      [
        ...until("stock_reserved"),
        { type: "fraud.detected", data: { rules: ["amount"] } },
        happened.cancelled("system"),
      ],
    ],
  ] as [string, OrderEvent[]][])("of an early end and not of the confirmation any more: %s", (notice, events) => {
    expect(ids(...events)).toEqual([`notification.send/${notice}/1`]);
  });

  test("of every refund, and not of one that came to nothing", () => {
    const cancelled = [...until("payment_confirmed"), happened.cancelled(), sent("cancelled")];
    expect(ids(...cancelled, happened.refunded("re_1"))).toEqual(["notification.send/refunded/1/1"]);
    const back: OrderEvent = {
      type: "payment.refund_failed",
      data: { attempt: 1, failureType: "unknown", refund: "re_1", amount: EUR(2690) },
    };
    expect(ids(...cancelled, happened.refunded("re_1"), back)).toEqual([]);
    expect(ids(...cancelled, happened.refunded("re_1"), back, happened.refunded("re_2"))).toEqual([
      "notification.send/refunded/2/1",
    ]);
  });

  test("of another site", () => {
    expect(ids(...until("restaurant_notified"), sent("confirmed"), rerouted)).toEqual([
      "notification.send/rerouted/1/1",
    ]);
  });

  test("of the parcel that was shipped, once, and never of one that waits", () => {
    const waits: OrderEvent = {
      type: "shipment.attempt_failed",
      data: { fulfilmentId: "1.1", attempt: 40, failureType: "carrier_unavailable", nextAttemptAt: LATER },
    };
    expect(ids(...until("ready"), sent("confirmed"), waits)).toEqual([]);
    expect(ids(...until("ready"), sent("confirmed"), waits, shipped)).toEqual(["notification.send/shipped/1.1/1"]);
    expect(ids(...until("ready"), sent("confirmed"), shipped, sent("shipped/1.1"), shipped)).toEqual([]);
  });

  test("of missing items, several that came together in one message", () => {
    const paid = [...until("restaurant_accepted"), sent("confirmed")];
    expect(ids(...paid, removed("carrot-cake"))).toEqual(["notification.send/line_changed/1/1"]);
    expect(ids(...paid, removed("carrot-cake"), removed("tart"))).toEqual(["notification.send/line_changed/2/1"]);
    expect(ids(...paid, removed("carrot-cake"), sent("line_changed/1"), removed("tart"))).toEqual([
      "notification.send/line_changed/2/1",
    ]);
  });

  test("again at the planned time when it could not be sent, by the same way, and no more when it is given up", () => {
    expect(owed(...until("payment_confirmed"), failedNotice("confirmed", 1, LATER))).toEqual([
      {
        id: "notification.send/confirmed/2",
        dueAt: Date.parse(LATER),
        outside: { system: "sms", place: "" },
        early: true,
      },
    ]);
    expect(ids(...until("payment_confirmed"), failedNotice("confirmed", 4))).toEqual([]);
  });
});

test("an effect names its notice, whatever slashes that has", () => {
  expect(noticeOf("notification.send/confirmed/2")).toBe("confirmed");
  expect(noticeOf("notification.send/shipped/1.1/12")).toBe("shipped/1.1");
});
