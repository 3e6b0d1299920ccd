import { describe, expect, test } from "vitest";
import type { OrderEvent } from "../../../domain/order/events.ts";
import { fraudFound } from "../../../domain/order/facts.ts";
import { fold, happened, orderOf, until } from "../../../test/fixtures/order-examples.ts";
import { owedFraud } from "./fraud.ts";
import { cardOf, type FraudLimits, type Purchases, rulesAgainst } from "./rules.ts";

const LIMITS: FraudLimits = {
  windowOrders: 5,
  windowAmount: 50_000,
  amount: 25_000,
  usualTimes: 10,
  newCardAmount: 10_000,
};
/** A fifth order of the customer, the first within the window, with a card they have used before. */
const USUAL: Purchases = {
  amount: 2_000,
  customerOrders: 1,
  customerAmount: 2_000,
  cardOrders: 1,
  cardAmount: 2_000,
  earlierOrders: 4,
  usualAmount: 1_800,
  earlierWithCard: 4,
};
const against = (seen: Partial<Purchases>, ownCard = true) => rulesAgainst({ ...USUAL, ...seen }, LIMITS, { ownCard });

describe("the rules", () => {
  test("say nothing against what a customer usually does", () => expect(against({})).toEqual([]));

  test.each([
    ["orders of one customer", { customerOrders: 6 }, { customerOrders: 5 }],
    ["orders with one card", { cardOrders: 6 }, { cardOrders: 5 }],
    ["money of one customer", { customerAmount: 50_001 }, { customerAmount: 50_000 }],
    ["money of one card", { cardAmount: 50_001 }, { cardAmount: 50_000 }],
  ] as const)("velocity: %s, beyond the limit and not at it", (_, beyond, at) => {
    expect(against(beyond)).toEqual(["velocity"]);
    expect(against(at)).toEqual([]);
  });

  test("amount: more than anybody orders", () => {
    expect(against({ amount: 25_001 })).toEqual(["amount"]);
    expect(against({ amount: 25_000, usualAmount: 20_000 })).toEqual([]);
  });

  test("amount: many times the usual, for who has ordered often enough, and not of trifles", () => {
    expect(against({ amount: 6_000, usualAmount: 500 })).toEqual(["amount"]);
    expect(against({ amount: 6_000, usualAmount: 500, earlierOrders: 2 })).toEqual([]);
    expect(against({ amount: 4_000, usualAmount: 100 })).toEqual([]);
  });

  test("a new card with much at once; a card that is nobody's own is not looked at", () => {
    expect(against({ amount: 10_001, earlierWithCard: 0 })).toEqual(["new_card"]);
    expect(against({ amount: 10_000, earlierWithCard: 0 })).toEqual([]);
    expect(against({ amount: 10_001, earlierWithCard: 0 }, false)).toEqual([]);
    expect(cardOf("pm_card_visa")).toBeUndefined();
    expect(cardOf("pm_1Nabc")).toBe("pm_1Nabc");
  });
});

const found = (...events: readonly OrderEvent[]) => fraudFound(fold(events), ["amount"], { amount: 1 });

describe("a finding", () => {
  const DETECTED = { type: "fraud.detected", data: { rules: ["amount"], facts: { amount: 1 } } };
  const CANCELLED = { type: "order.cancelled", data: { by: "system", cause: "fraud" } };

  test.each(["placed", "payment_confirmed", "restaurant_accepted", "preparing", "ready", "driver_assigned"] as const)(
    "cancels an order that is %s in the same append",
    (status) => expect(found(...until(status))).toEqual([DETECTED, CANCELLED]),
  );

  test("is kept without a cancellation where the order has left or ended", () => {
    expect(found(...until("picked_up"))).toEqual([DETECTED]);
    expect(found(...until("delivered"))).toEqual([DETECTED]);
    expect(found(...until("placed"), happened.cancelled())).toEqual([DETECTED]);
  });

  test("is recorded once", () => {
    const known: OrderEvent = { type: "fraud.detected", data: { rules: ["velocity"] } };
    expect(found(...until("placed"), known)).toEqual([]);
  });
});

describe("the fraud process owes", () => {
  const ids = (...events: readonly OrderEvent[]) => owedFraud(orderOf(events)).map(({ id }) => id);
  const detected: OrderEvent = { type: "fraud.detected", data: { rules: ["amount"] } };

  test("one check of an order, until it has ended", () => {
    expect(ids(...until("placed"))).toEqual(["fraud.check/1"]);
    expect(ids(...until("placed"), happened.cancelled())).toEqual([]);
  });

  test("a hold on the customer after a finding, whatever became of the order", () => {
    expect(ids(...until("placed"), detected, happened.cancelled("system"))).toEqual(["fraud.hold/1"]);
    expect(ids(...until("delivered"), detected)).toEqual(["fraud.hold/1"]);
  });

  test("no check of what staff place by phone for a customer they know", () => {
    const [first] = until("placed");
    if (first?.type !== "order.placed") throw new Error("the life begins otherwise");
    expect(ids({ ...first, data: { ...first.data, channel: "phone" } })).toEqual([]);
  });
});
