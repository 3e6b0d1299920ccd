import { describe, expect, test } from "vitest";
import { decide } from "../../domain/order/decide.ts";
import type { OrderEvent, PlacedFulfilment } from "../../domain/order/events.ts";
import { fraudFound } from "../../domain/order/facts.ts";
import type { Order } from "../../domain/order/state.ts";
import { Refusal } from "../../domain/refusal.ts";
import {
  AT,
  fold,
  fulfilmentAt,
  happened,
  ORDER,
  orderOf,
  placedAt,
  until,
} from "../../test/fixtures/order-examples.ts";
import { owedCourier } from "./courier/owed.ts";
import { owedFraud } from "./fraud/fraud.ts";
import { owedNotices } from "./notification/owed-notices.ts";
import { owedParcels } from "./parcel/owed.ts";
import { owedPayments } from "./payment-owed.ts";
import { owedToSites } from "./restaurant/owed.ts";
import { owedStock } from "./stock.ts";

// What a cancellation leads to, at every stage and by everybody who may ask for one: the exact effects of every process.

type By = "customer" | "support" | "admin";
const EVERYBODY: readonly By[] = ["customer", "support", "admin"];
const STAFF: readonly By[] = ["support", "admin"];

const owedBy = (order: Order): string[] =>
  [
    ...owedStock(order, 3_000),
    ...owedPayments(order),
    ...owedToSites(order),
    ...owedCourier(order, { searchMs: 600_000 }),
    ...owedParcels(order, 60_000),
    ...owedFraud(order),
    ...owedNotices(order),
  ].map(({ id }) => id);

const RELEASE = "stock.release/1.1";
/** The site has made it: what it took is used up. */
const CONSUME = "stock.consume/1.1";
const CANCEL_INTENT = "payment.cancel/1";
const REFUND = "payment.refund/1";
const TELL_SITE = "restaurant.tell-cancelled/1.1";
const WITHDRAW = "courier.release/1";
const TAKE_BACK_PARCEL = "parcel.cancel/1.1";
const TELL = "notification.send/cancelled/1";

const assigned = [...until("restaurant_accepted"), happened.assigned()];
const retrying = [...until("payment_processing"), happened.attemptFailed()];
const unsureSite = [...until("payment_confirmed"), happened.notificationFailed()];
const split = (): OrderEvent[] => {
  const parts: PlacedFulfilment[] = [fulfilmentAt("bakery"), fulfilmentAt("restaurant", "1.2")];
  return [
    { type: "order.placed", data: placedAt(...parts) },
    happened.reserved(),
    happened.reserved("1.2"),
    happened.processing(),
    happened.paid(),
    happened.notified(),
    happened.notified("1.2"),
  ];
};
const parcel = (...more: readonly OrderEvent[]): OrderEvent[] => {
  const placed = placedAt(fulfilmentAt("warehouse"));
  const delivery = { method: "parcel", promisedAt: AT } as const;
  const made = until("ready", "warehouse").slice(1);
  return [{ type: "order.placed", data: { ...placed, delivery } }, ...made, ...more];
};
const booked: OrderEvent = {
  type: "shipment.scheduled",
  data: { fulfilmentId: "1.1", reference: `${ORDER}:1.1`, booking: "bp_1" },
};
const shipped: OrderEvent = {
  type: "shipment.shipped",
  data: { fulfilmentId: "1.1", booking: "bp_1", shippedAt: AT },
};

interface Stage {
  readonly stage: string;
  readonly events: readonly OrderEvent[];
  readonly may: readonly By[];
  readonly owed: readonly string[];
}

const STAGES: readonly Stage[] = [
  { stage: "placed", events: until("placed"), may: EVERYBODY, owed: [RELEASE, TELL] },
  { stage: "reserved", events: until("stock_reserved"), may: EVERYBODY, owed: [RELEASE, TELL] },
  {
    stage: "with an intent at the gateway",
    events: until("payment_processing"),
    may: EVERYBODY,
    owed: [RELEASE, CANCEL_INTENT, TELL],
  },
  { stage: "between two payment attempts", events: retrying, may: EVERYBODY, owed: [RELEASE, CANCEL_INTENT, TELL] },
  { stage: "paid", events: until("payment_confirmed"), may: EVERYBODY, owed: [RELEASE, REFUND, TELL] },
  {
    stage: "paid, and maybe known to its site",
    events: unsureSite,
    may: EVERYBODY,
    owed: [RELEASE, REFUND, `${TELL_SITE}/1`, TELL],
  },
  {
    stage: "known to its site",
    events: until("restaurant_notified"),
    may: EVERYBODY,
    owed: [RELEASE, REFUND, TELL_SITE, TELL],
  },
  {
    stage: "accepted",
    events: until("restaurant_accepted"),
    may: EVERYBODY,
    owed: [RELEASE, REFUND, TELL_SITE, TELL],
  },
  {
    stage: "accepted, and offered to a courier",
    events: assigned,
    may: EVERYBODY,
    owed: [RELEASE, REFUND, TELL_SITE, WITHDRAW, TELL],
  },
  { stage: "in work", events: until("preparing"), may: STAFF, owed: [RELEASE, REFUND, TELL_SITE, TELL] },
  { stage: "ready", events: until("ready"), may: STAFF, owed: [CONSUME, REFUND, TELL_SITE, TELL] },
  {
    stage: "waited for by its courier",
    events: until("driver_assigned"),
    may: STAFF,
    owed: [CONSUME, REFUND, TELL_SITE, WITHDRAW, TELL],
  },
  { stage: "picked up", events: until("picked_up"), may: [], owed: [] },
  { stage: "delivered", events: until("delivered"), may: [], owed: [] },
  {
    stage: "at two sites",
    events: split(),
    may: EVERYBODY,
    owed: [RELEASE, "stock.release/1.2", REFUND, TELL_SITE, "restaurant.tell-cancelled/1.2", TELL],
  },
  {
    stage: "a parcel that waits for its carrier",
    events: parcel(),
    may: STAFF,
    owed: [CONSUME, REFUND, TELL_SITE, TELL],
  },
  {
    stage: "a parcel that is booked",
    events: parcel(booked),
    may: STAFF,
    owed: [CONSUME, REFUND, TELL_SITE, TAKE_BACK_PARCEL, TELL],
  },
  { stage: "a parcel on its way", events: parcel(booked, shipped), may: [], owed: [] },
];

const refusalOf = (events: readonly OrderEvent[], by: By): Refusal => {
  try {
    decide({ type: "cancel", by }, orderOf(events));
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error("it was not refused");
};

describe.each(STAGES)("an order that is $stage", ({ events, may, owed }) => {
  test.each(may)("may be cancelled by %s, and everything that was done for it is undone", (by) => {
    const decided = decide({ type: "cancel", by }, orderOf(events));
    expect(decided).toEqual([{ type: "order.cancelled", data: { by, reason: undefined } }]);
    expect(owedBy(orderOf([...events, ...decided])).sort()).toEqual([...owed].sort());
  });

  test.each(EVERYBODY.filter((by) => !may.includes(by)))(
    "is not cancelled by %s, who reads what to do instead",
    (by) => {
      const { code, message } = refusalOf(events, by);
      expect(["cancel_too_late", "order_final"]).toContain(code);
      expect(message).toMatch(may.length > 0 ? /support can still cancel/ : /dispute/);
    },
  );

  test("is stopped by a fraud finding as by support; the customer is told so, and held", () => {
    const found = fraudFound(fold(events), ["amount"], {});
    const after = owedBy(orderOf([...events, ...found])).sort();
    const instead = (id: string) => (id === TELL ? "notification.send/fraud/1" : id);
    if (may.length > 0) expect(after).toEqual([...owed.map(instead), "fraud.hold/1"].sort());
    else expect(after).toContain("fraud.hold/1");
  });
});

test("a cancellation that is asked for again changes nothing, and one of an order that ended otherwise says how", () => {
  expect(decide({ type: "cancel", by: "customer" }, orderOf([...until("placed"), happened.cancelled()]))).toEqual([]);
  expect(refusalOf([...until("placed"), happened.outOfStock()], "support").message).toContain("out_of_stock");
});
