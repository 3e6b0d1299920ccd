import { describe, expect, test } from "vitest";
import {
  ANSWER_BY,
  COURIER,
  EUR,
  fold,
  happened,
  OTHER_COURIER,
  orderOf,
  placedAt,
  until,
} from "../../test/fixtures/order-examples.ts";
import { specify } from "../../test/given.ts";
import { decide, type OrderDecision } from "./decide.ts";
import type { OrderEvent } from "./events.ts";
import { courierSilent, holdExpired, noAnswer, outOfStock, record } from "./facts.ts";
import { isFinal, type OrderState, owedRefund, statusOf } from "./state.ts";

/** A question that the outside world or a deadline puts to an order. */
type Ask = (state: OrderState) => readonly OrderDecision[];
const given = specify({ fold, decide: (ask: Ask, state: OrderState) => ask(state) });
const command = specify({ fold, decide });

const deadline = { type: "system", id: "deadline" } as const;
const fulfilmentId = "1.1";
const ends: Record<string, OrderEvent[]> = {
  cancelled: [...until("payment_processing"), happened.cancelled()],
  payment_failed: [...until("payment_processing"), happened.paymentFailed()],
  restaurant_rejected: [...until("payment_processing"), happened.rejected()],
  out_of_stock: [...until("placed"), happened.outOfStock()],
};
const facts: Record<string, OrderEvent> = {
  "stock.reserved": happened.reserved(),
  "stock.released": happened.released(),
  "payment.processing": { type: "payment.processing", data: { intent: "pi_2", amount: EUR(2690) } },
  "payment.attempt_failed": happened.attemptFailed(),
  "payment.confirmed": happened.paid(),
  "payment.cancelled": { type: "payment.cancelled", data: { intent: "pi_1" } },
  "payment.refunded": happened.refunded(),
  "payment.refund_failed": { type: "payment.refund_failed", data: { attempt: 1, failureType: "service_unavailable" } },
  "restaurant.notified": happened.notified(),
  "restaurant.notification_failed": happened.notificationFailed(),
  "driver.assigned": happened.assigned(),
  "driver.unavailable": { type: "driver.unavailable", data: { attempt: 1 } },
};

describe("a fact", () => {
  test.each(Object.entries(facts))("%s is recorded once: the same outcome again adds nothing", (_, fact) => {
    const before = until("placed");
    given(before)
      .when((state) => record(state, fact))
      .then([fact]);
    given([...before, fact])
      .when((state) => record(state, fact))
      .then([]);
  });

  test("that a payment has failed is recorded once", () => {
    const before = until("payment_processing");
    given(before)
      .when((state) => record(state, happened.paymentFailed()))
      .then([happened.paymentFailed()]);
    given([...before, happened.paymentFailed()])
      .when((state) => record(state, happened.paymentFailed()))
      .then([]);
  });

  describe.each(Object.entries(ends))("after the order has ended as %s", (end, events) => {
    test.each(["payment.confirmed", "payment.refunded", "stock.released", "restaurant.notified"])(
      "%s is still recorded, and does not wake the order up",
      (type) => {
        const fact = facts[type] ?? expect.fail(type);
        given(events)
          .when((state) => record(state, fact))
          .then([fact]);
        const order = orderOf([...events, fact]);
        expect([statusOf(order), isFinal(order)]).toEqual([end, true]);
      },
    );

    test("that names another end does not rename it", () => {
      const others = [happened.cancelled(), happened.paymentFailed(), happened.rejected(), happened.outOfStock()];
      expect(statusOf(orderOf([...events, ...others]))).toBe(end);
    });
  });

  test("after delivery neither ends the order nor makes it owe its price", () => {
    const others = [happened.cancelled(), happened.paymentFailed(), happened.rejected(), happened.outOfStock()];
    for (const fact of others) {
      const order = orderOf([...until("delivered"), fact]);
      expect([statusOf(order), order.ended, owedRefund(order)]).toEqual(["delivered", undefined, 0]);
    }
  });

  test("of another fulfilment is another fact", () => {
    const events = [happened.placed("bakery", "dark_store"), happened.reserved(), happened.notified()];
    for (const fact of [happened.reserved("1.2"), happened.notified("1.2"), happened.notificationFailed(1, "1.2")]) {
      given(events)
        .when((state) => record(state, fact))
        .then([fact]);
    }
  });

  test("with another outcome is a further fact: first timed out, then charged", () => {
    const timedOut = [...until("payment_processing"), happened.attemptFailed()];
    given(timedOut)
      .when((state) => record(state, happened.paid()))
      .then([happened.paid()]);
    given(timedOut)
      .when((state) => record(state, happened.attemptFailed(2)))
      .then([happened.attemptFailed(2)]);
  });
});

describe("money", () => {
  test("charged after a cancellation is recorded, and the order then owes it back", () => {
    const charged = [...until("payment_processing"), happened.cancelled(), happened.paid()];
    expect(owedRefund(orderOf(charged))).toBe(2690);
    expect(owedRefund(orderOf([...charged, happened.refunded()]))).toBe(0);
  });

  test.each(["cancelled", "payment_failed", "restaurant_rejected"] as const)(
    "charged after the order ended as %s is owed back",
    (end) => {
      expect(owedRefund(orderOf([...(ends[end] ?? []), happened.paid()]))).toBe(2690);
      expect(owedRefund(orderOf(ends[end] ?? []))).toBe(0);
    },
  );

  test.each(["payment_confirmed", "restaurant_accepted", "ready"] as const)(
    "of an order that is cancelled while %s is owed back, in one refund or in parts",
    (status) => {
      const cancelled = [...until(status), happened.cancelled("support")];
      expect(owedRefund(orderOf(until(status)))).toBe(0);
      expect(owedRefund(orderOf(cancelled))).toBe(2690);
      expect(owedRefund(orderOf([...cancelled, happened.refunded("re_1", 1000)]))).toBe(1690);
      const parts = [happened.refunded("re_1", 1000), happened.refunded("re_2", 1690)];
      expect(owedRefund(orderOf([...cancelled, ...parts]))).toBe(0);
    },
  );

  test("of an order that its site rejected or did not answer is owed back", () => {
    for (const reason of ["too_busy", "no_answer"]) {
      expect(owedRefund(orderOf([...until("restaurant_notified"), happened.rejected(reason)]))).toBe(2690);
    }
  });

  test("of a delivered order is not owed back", () => {
    expect(owedRefund(orderOf(until("delivered")))).toBe(0);
  });

  test("that is refunded counts once, whoever reports the refund, and never below nothing owed", () => {
    const refunded = [...until("payment_confirmed"), happened.cancelled(), happened.refunded()];
    expect(orderOf([...refunded, happened.refunded()]).payment.refunded).toBe(2690);
    expect(owedRefund(orderOf([...refunded, happened.refunded("re_2")]))).toBe(0);
  });

  test("that has been captured keeps the order alive when an older attempt is reported as failed", () => {
    const order = orderOf([...until("payment_confirmed"), happened.paymentFailed()]);
    expect([statusOf(order), order.failure, isFinal(order)]).toEqual(["payment_confirmed", undefined, false]);
  });

  test("is tried again at the time that the last failure names, until it is settled", () => {
    const failed = [...until("payment_processing"), happened.attemptFailed(2)];
    expect(orderOf(failed).payment).toMatchObject({ attempts: 2, nextAttemptAt: "2026-11-21T10:01:00.000Z" });
    for (const settled of [happened.paid(), happened.paymentFailed(), facts["payment.cancelled"]]) {
      expect(orderOf(settled ? [...failed, settled] : []).payment.nextAttemptAt).toBeUndefined();
    }
  });

  test("that could not be given back is tried again at the time named, until it is given back", () => {
    const retry: OrderEvent = {
      type: "payment.refund_failed",
      data: { attempt: 1, failureType: "service_unavailable", nextAttemptAt: ANSWER_BY },
    };
    const owing = [...until("payment_confirmed"), happened.cancelled(), retry];
    expect(orderOf(owing).payment).toMatchObject({ refundAttempts: 1, refundNextAttemptAt: ANSWER_BY });
    expect(orderOf([...owing, happened.refunded()]).payment.refundNextAttemptAt).toBeUndefined();
  });
});

describe("the site's deadline", () => {
  const silent: Ask = (state) => noAnswer(state, fulfilmentId);
  const rejected = { ...happened.givenBack("no_answer"), actor: deadline };

  test("without an answer rejects for it, in the name of the system", () => {
    given(until("restaurant_notified")).when(silent).then([rejected]);
  });

  test("loses against an answer that came first, and the answer against the deadline", () => {
    given(until("restaurant_accepted")).when(silent).then([]);
    given([...until("restaurant_notified"), happened.rejected()])
      .when(silent)
      .then([]);
    command([...until("restaurant_notified"), happened.rejected("no_answer")])
      .when({ type: "accept", fulfilmentId })
      .refuses("fulfilment_rejected");
  });

  test("passes without effect where nobody was asked, or the order is no more", () => {
    given([]).when(silent).then([]);
    given(until("payment_confirmed")).when(silent).then([]);
    given([...until("restaurant_notified"), happened.cancelled()])
      .when(silent)
      .then([]);
    given(until("restaurant_notified"))
      .when((state) => noAnswer(state, "2.1"))
      .then([]);
  });

  test("twice rejects once", () => {
    given([...until("restaurant_notified"), rejected])
      .when(silent)
      .then([]);
  });

  test("survives the report of an older notification that failed", () => {
    const order = orderOf([...until("restaurant_notified"), happened.notificationFailed()]);
    expect(order.fulfilments[0]).toMatchObject({ notified: true, notification: { answerBy: ANSWER_BY } });
    expect(order.fulfilments[0]?.notification?.nextAttemptAt).toBeUndefined();
  });

  test("begins with the notification that got through, after failed ones", () => {
    const order = orderOf([...until("payment_confirmed"), happened.notificationFailed(), happened.notified()]);
    expect(order.fulfilments[0]?.notification).toEqual({ attempts: 1, answerBy: ANSWER_BY });
  });
});

describe("the courier's deadline", () => {
  const assigned = [...until("ready"), happened.assigned()];
  const silence = { ...happened.declined(1, COURIER, "no_answer"), actor: deadline };

  test("without an answer declines for the courier", () => {
    given(assigned)
      .when((state) => courierSilent(state, 1))
      .then([silence]);
  });

  test.each<[string, OrderEvent[]]>([
    ["the courier has accepted", [...assigned, happened.driverAccepted()]],
    ["the courier has declined", [...assigned, happened.declined()]],
    ["it is that of an earlier assignment", [...assigned, happened.declined(), happened.assigned(2, OTHER_COURIER)]],
    ["the order was cancelled", [...assigned, happened.cancelled("support")]],
    ["nobody was assigned", until("ready")],
    ["it has passed before", [...assigned, silence]],
    ["there is no order", []],
  ])("decides nothing when %s", (_, events) => {
    given(events)
      .when((state) => courierSilent(state, 1))
      .then([]);
  });
});

describe("the reservation's deadline", () => {
  test.each(["placed", "stock_reserved", "payment_processing"] as const)(
    "ends an order that is still %s as not paid",
    (status) => {
      given(until(status))
        .when(holdExpired)
        .then([{ type: "payment.failed", data: { failureType: "payment_timeout", attempts: 0 }, actor: deadline }]);
    },
  );

  test("says how often the payment was tried", () => {
    given([...until("payment_processing"), happened.attemptFailed(3)])
      .when(holdExpired)
      .then([{ type: "payment.failed", data: { failureType: "payment_timeout", attempts: 3 }, actor: deadline }]);
  });

  test.each<[string, OrderEvent[]]>([
    ["the order is paid", until("payment_confirmed")],
    ["the order is delivered", until("delivered")],
    ["the order was cancelled", ends.cancelled ?? []],
    ["it has passed before", ends.payment_failed ?? []],
    ["there is no order", []],
  ])("decides nothing when %s", (_, events) => {
    given(events).when(holdExpired).then([]);
  });
});

describe("a ledger that could not reserve", () => {
  const { data } = happened.outOfStock() as Extract<OrderEvent, { type: "order.out_of_stock" }>; // what the builder makes
  const shortage: Ask = (state) => outOfStock(state, data);

  test("ends the order, with what is missing, and what was reserved elsewhere is to be released", () => {
    given(until("placed")).when(shortage).then([happened.outOfStock()]);
    const order = orderOf([...until("placed"), happened.outOfStock()]);
    expect([statusOf(order), order.ledgerAsked]).toEqual(["out_of_stock", true]);
    expect(order.missing).toEqual([{ sku: "carrot-cake", asked: 2, available: 1 }]);
  });

  test.each<[string, OrderEvent[]]>([
    ["the stock is reserved after all", until("stock_reserved")],
    ["it was said before", ends.out_of_stock ?? []],
    ["the order was cancelled", [...until("placed"), happened.cancelled()]],
    ["it is about a fulfilment that the order does not have", [{ type: "order.placed", data: placedAt() }]],
    ["there is no order", []],
  ])("changes nothing when %s", (_, events) => {
    given(events).when(shortage).then([]);
  });
});
