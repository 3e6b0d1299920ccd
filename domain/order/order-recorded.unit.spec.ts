import { describe, expect, test } from "vitest";
import { RECORDED_KEYS, type RecordedFile, recorded } from "../../test/fixtures/recorded.ts";
import type { RecordedEvent } from "../chain/envelope.ts";
import { isSealed, unseal } from "../chain/sealing.ts";
import type { OrderEvent } from "./events.ts";
import { evolve } from "./evolve.ts";
import { isFinal, type OrderState, owedRefund, statusOf } from "./state.ts";

const COURIER = "16fd2706-8baf-433b-82eb-8c7fada847da";

/** States after each event. */
function statesOf(events: readonly RecordedEvent[]): OrderState[] {
  let state: OrderState;
  return events.map(({ type, data, metadata }) => {
    state = evolve(state, { type, data } as OrderEvent, metadata.at); // recorded from these types
    return state;
  });
}

const shown = (file: RecordedFile) => {
  const events = recorded(file);
  return statesOf(events).map((order, index) => `${events[index]?.type} → ${order && statusOf(order)}`);
};

describe("the recorded order that was delivered", () => {
  test("shows the same status after each event for ever", () => {
    expect(shown("order-v1.jsonl")).toEqual([
      "order.placed → placed",
      "stock.reserved → placed",
      "stock.reserved → stock_reserved",
      "payment.processing → payment_processing",
      "payment.attempt_failed → payment_processing",
      "payment.confirmed → payment_confirmed",
      "restaurant.notification_failed → payment_confirmed",
      "restaurant.notified → payment_confirmed",
      "restaurant.notified → restaurant_notified",
      "restaurant.accepted → restaurant_notified",
      "restaurant.accepted → restaurant_accepted",
      "kitchen.stage_started → restaurant_accepted",
      "kitchen.stage_started → preparing",
      "kitchen.stage_completed → preparing",
      "kitchen.recalled → preparing",
      "kitchen.stage_completed → preparing",
      "kitchen.stage_started → preparing",
      "kitchen.stage_completed → preparing",
      "kitchen.stage_completed → preparing",
      "kitchen.ready → preparing",
      "driver.unavailable → preparing",
      "driver.assigned → preparing",
      "driver.declined → preparing",
      "kitchen.ready → ready",
      "driver.assigned → ready",
      "driver.accepted → driver_assigned",
      "driver.arrived → driver_assigned",
      "order.picked_up → picked_up",
      "order.delivered → delivered",
    ]);
  });

  test("folds to the same state for ever", () => {
    const order = statesOf(recorded("order-v1.jsonl")).at(-1);
    const done = { reserved: true, released: false, notified: true, accepted: true, rejected: false, ready: true };
    expect(order).toMatchObject({
      orderId: "d5bb6aab-29bf-5730-98b0-bf8a396e93eb",
      customerId: "71f22668-51bc-57f1-bd85-e3dd6d3796d2",
      placedBy: "customer:71f22668-51bc-57f1-bd85-e3dd6d3796d2",
      placedAt: "2026-11-21T10:00:00.000Z",
      channel: "web",
      delivery: { method: "courier", promisedAt: "2026-11-21T10:45:00.000Z" },
      total: { amount: 3188, currency: "EUR" },
      holdUntil: "2026-11-21T10:23:00.000Z",
      fulfilments: [
        {
          ...done,
          fulfilmentId: "1.1",
          siteId: "sweet-crumbs",
          city: "berlin",
          stations: ["preparation", "baking"],
          lines: [{ sku: "carrot-cake", quantity: { amount: 2, unit: "each" }, tax: { amount: 150, currency: "EUR" } }],
          notification: { attempts: 1, answerBy: "2026-11-21T10:12:01.000Z" },
          started: [],
          completed: ["preparation", "baking"],
        },
        {
          ...done,
          fulfilmentId: "1.2",
          siteId: "night-owl",
          stations: ["picking"],
          lines: [{ sku: "cheddar", quantity: { amount: 250, unit: "g" }, binLocation: "C-07" }],
          notification: { attempts: 0, answerBy: "2026-11-21T10:12:01.000Z" },
          started: [],
          completed: ["picking"],
        },
      ],
      payment: {
        method: "pm_card_visa",
        intent: "pi_1",
        attempts: 1,
        nextAttemptAt: undefined,
        confirmed: true,
        cancelled: false,
        captured: 3188,
        refunded: 0,
      },
      courier: {
        attempt: 2,
        courierId: COURIER,
        acceptBy: "2026-11-21T10:24:30.000Z",
        accepted: true,
        arrived: true,
        tried: ["7c9e6679-7425-40de-944b-e07fc1f90ae7"],
        unavailableReported: true,
      },
      acceptedAt: "2026-11-21T10:09:09.063Z",
      pickedUp: true,
      delivered: true,
      ended: undefined,
      ledgerAsked: true,
      missing: [],
      failure: undefined,
    });
  });

  test("opens what is sealed in it, each value at its own event", () => {
    const [placed, ...rest] = recorded("order-v1.jsonl");
    const delivered = rest.at(-1);
    const open = (event: RecordedEvent | undefined, of: (data: Record<string, unknown>) => unknown) => {
      const sealed = of((event?.data ?? {}) as Record<string, unknown>); // events hold objects
      if (!event || !isSealed(sealed)) return expect.fail("not sealed");
      return unseal(RECORDED_KEYS, event.stream, event.id, sealed);
    };
    expect(open(placed, (data) => data.contact)).toMatchObject({ name: "Maya Öztürk", instructions: "ring twice 🔔" });
    expect(open(delivered, (data) => data.proof)).toBe("left with Ms Weber");
    expect(JSON.stringify(recorded("order-v1.jsonl").map(({ data }) => data))).not.toMatch(/Maya|Weber|Zoë|Torstra/);
  });
});

describe("the recorded order that ended early", () => {
  const [placed, ...rest] = recorded("order-v1-ended.jsonl");

  test("shows the first end after each later event for ever", () => {
    expect(shown("order-v1-ended.jsonl")).toEqual([
      "order.placed → placed",
      "stock.reserved → placed",
      "order.out_of_stock → out_of_stock",
      "stock.released → out_of_stock",
      "order.cancelled → out_of_stock",
      "restaurant.rejected → out_of_stock",
      "payment.failed → out_of_stock",
      "payment.cancelled → out_of_stock",
      "payment.confirmed → out_of_stock",
      "payment.refund_failed → out_of_stock",
      "payment.refunded → out_of_stock",
    ]);
  });

  test("folds to the same state for ever, and still owes what was not given back", () => {
    const order = statesOf(recorded("order-v1-ended.jsonl")).at(-1);
    expect(order).toMatchObject({
      channel: "phone",
      placedBy: "admin:7",
      ended: "out_of_stock",
      ledgerAsked: true,
      missing: [{ sku: "cheddar", asked: 250, available: 80 }],
      failure: "payment_declined",
      fulfilments: [
        { reserved: true, released: true, rejected: true },
        { reserved: false, released: false, rejected: false },
      ],
      payment: { intent: "pi_2", confirmed: true, cancelled: true, captured: 3188, refunded: 2000, refundAttempts: 1 },
    });
    expect(order && [isFinal(order), owedRefund(order)]).toEqual([true, 1188]);
  });

  test.each([
    ["order.out_of_stock", "out_of_stock"],
    ["order.cancelled", "cancelled"],
    ["restaurant.rejected", "restaurant_rejected"],
    ["payment.failed", "payment_failed"],
  ])("each of its ends is one for itself: %s", (type, status) => {
    const end = rest.find((event) => event.type === type);
    const order = placed && end && statesOf([placed, end]).at(-1);
    expect(order && [statusOf(order), isFinal(order)]).toEqual([status, true]);
  });
});

describe("the recorded parcel that went wrong in every way", () => {
  test("shows the same status after each event for ever", () => {
    expect(shown("order-v1-troubles.jsonl")).toEqual([
      "order.placed → placed",
      "stock.reserved → stock_reserved",
      "payment.processing → payment_processing",
      "payment.confirmed → payment_confirmed",
      "notification.failed → payment_confirmed",
      "notification.sent → payment_confirmed",
      "restaurant.notified → restaurant_notified",
      "restaurant.rejected → payment_confirmed",
      "order.rerouted → payment_confirmed",
      "stock.reserved → payment_confirmed",
      "stock.released → payment_confirmed",
      "restaurant.notified → restaurant_notified",
      "restaurant.accepted → restaurant_accepted",
      "kitchen.item_unavailable → restaurant_accepted",
      "order.line_substituted → restaurant_accepted",
      "stock.reserved → restaurant_accepted",
      "kitchen.item_unavailable → restaurant_accepted",
      "order.line_removed → restaurant_accepted",
      "payment.refunded → restaurant_accepted",
      "payment.refund_failed → restaurant_accepted",
      "payment.refunded → restaurant_accepted",
      "driver.assigned → restaurant_accepted",
      "driver.no_show → restaurant_accepted",
      "kitchen.ready → ready",
      "shipment.requested → ready",
      "shipment.attempt_failed → ready",
      "processing.parked → ready",
      "processing.redriven → ready",
      "shipment.scheduled → scheduled",
      "fraud.detected → scheduled",
      "shipment.shipped → shipped",
      "notification.failed → shipped",
      "processing.parked → shipped",
      "processing.discarded → shipped",
    ]);
  });

  test("folds to the same state for ever", () => {
    const order = statesOf(recorded("order-v1-troubles.jsonl")).at(-1);
    expect(order).toMatchObject({
      channel: "phone",
      delivery: { method: "parcel", promisedAt: "2026-11-25T18:00:00.000Z" },
      payment: {
        captured: 4240,
        refunded: 750,
        refunds: ["re_1", "re_2"],
        failedRefunds: ["re_1"],
        refundAttempts: 1,
        owedForLines: 750,
      },
      courier: { attempt: 1, courierId: undefined, arriveBy: undefined, tried: [COURIER] },
      fraud: ["velocity", "new_card"],
      notices: [
        { notice: "confirmed", channel: "email", attempts: 1, outcome: "sent" },
        { notice: "shipped/2.1", channel: "sms", attempts: 4, outcome: "given_up" },
      ],
      parked: [],
      fulfilments: [
        { fulfilmentId: "1.1", rejected: true, replaced: true, released: true, seeking: undefined },
        {
          fulfilmentId: "2.1",
          siteId: "south-store",
          reserved: true,
          unavailable: [],
          lines: [{ sku: "plum-cake" }],
          extras: [{ reservation: "3.1", released: false }],
          shipment: { attempts: 1, booking: "bp_77", trackingNumber: "BP-0077", shippedAt: "2026-11-22T08:00:00.000Z" },
        },
      ],
    });
    expect(order && [isFinal(order), owedRefund(order)]).toEqual([true, 0]);
  });

  test("its reasons open at their places", () => {
    const [, redriven, , discarded] = recorded("order-v1-troubles.jsonl").filter(({ type }) =>
      type.startsWith("processing."),
    );
    const reasons = [redriven, discarded].map((event) => {
      const { reason } = (event?.data ?? {}) as { reason?: unknown };
      return event && isSealed(reason) ? unseal(RECORDED_KEYS, event.stream, event.id, reason) : undefined;
    });
    expect(reasons).toEqual(["the address was mended on the phone", "seen twice"]);
  });
});
