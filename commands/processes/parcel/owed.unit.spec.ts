import { describe, expect, test } from "vitest";
import type { OrderEvent } from "../../../domain/order/events.ts";
import type { Order } from "../../../domain/order/state.ts";
import { AT, fulfilmentAt, happened, ORDER, orderOf, placedAt, worked } from "../../../test/fixtures/order-examples.ts";
import { CARRIER, owedParcels, parcelOf, referenceOf } from "./owed.ts";

const MINUTE = 60_000;
const POLL = 5 * MINUTE;
const PLACED = Date.parse(AT);
const NEXT = "2026-11-21T11:00:00.000Z";

const placed: OrderEvent = {
  type: "order.placed",
  data: {
    ...placedAt(fulfilmentAt("warehouse"), fulfilmentAt("warehouse", "1.2")),
    delivery: { method: "parcel", promisedAt: NEXT },
  },
};
const paid = [placed, happened.reserved(), happened.reserved("1.2"), happened.processing(), happened.paid()] as const;
const made = (fulfilmentId: string): OrderEvent[] => [
  happened.notified(fulfilmentId),
  happened.accepted(fulfilmentId),
  ...worked("warehouse", fulfilmentId),
  happened.ready(fulfilmentId),
];
const requested = (fulfilmentId = "1.1", request = 1): OrderEvent => ({
  type: "shipment.requested",
  data: { fulfilmentId, request, reference: referenceOf(ORDER, fulfilmentId) },
});
const failed = (attempt: number, fulfilmentId = "1.1"): OrderEvent => ({
  type: "shipment.attempt_failed",
  data: { fulfilmentId, attempt, failureType: "carrier_unavailable", nextAttemptAt: NEXT },
});
const scheduled = (fulfilmentId = "1.1"): OrderEvent => ({
  type: "shipment.scheduled",
  data: { fulfilmentId, reference: referenceOf(ORDER, fulfilmentId), booking: `bk_${fulfilmentId}` },
});
const shipped = (fulfilmentId = "1.1"): OrderEvent => ({
  type: "shipment.shipped",
  data: { fulfilmentId, booking: `bk_${fulfilmentId}`, shippedAt: NEXT },
});

const owed = (...events: readonly OrderEvent[]) => owedParcels(orderOf([...paid, ...events]), POLL);
const ids = (...events: readonly OrderEvent[]) => owed(...events).map(({ id }) => id);

describe("the carrier is owed", () => {
  test("nothing for an order that a courier brings", () => {
    const order: Order = orderOf([happened.placed("bakery"), ...worked("bakery"), happened.ready()]);
    expect(owedParcels(order, POLL)).toEqual([]);
  });

  test("a booking of each part as soon as that part is ready, and not before", () => {
    expect(ids()).toEqual([]);
    expect(owed(...made("1.1"))).toEqual([{ id: "parcel.book/1.1/1", dueAt: PLACED, outside: CARRIER, early: false }]);
    expect(ids(...made("1.1"), ...made("1.2"))).toEqual(["parcel.book/1.1/1", "parcel.book/1.2/1"]);
  });

  test("after a failure the next attempt at the planned time, or sooner when the carrier is back", () => {
    expect(owed(...made("1.1"), failed(1))).toEqual([
      { id: "parcel.book/1.1/2", dueAt: Date.parse(NEXT), outside: CARRIER, early: true },
    ]);
  });

  test("an attempt still after three hundred failures", () => {
    const days = Array.from({ length: 360 }, (_, index) => failed(index + 1));
    expect(ids(...made("1.1"), ...days)).toEqual(["parcel.book/1.1/361"]);
  });

  test("the same booking while it is not known what became of the last asking", () => {
    expect(ids(...made("1.1"), requested())).toEqual(["parcel.book/1.1/1"]);
  });

  test("a question for a booked parcel some time after its booking, and nothing once it has been shipped", () => {
    expect(owed(...made("1.1"), requested(), scheduled())).toEqual([
      { id: "parcel.poll/1.1", dueAt: PLACED + POLL, outside: CARRIER },
    ]);
    expect(ids(...made("1.1"), requested(), scheduled(), shipped())).toEqual([]);
  });

  test("nothing more when a webhook has told of the shipping before the booking was known", () => {
    expect(ids(...made("1.1"), requested(), shipped())).toEqual([]);
  });

  test("no booking of a part that came back to a station", () => {
    expect(ids(...made("1.1"), happened.recalled("packing"))).toEqual([]);
  });
});

describe("after a cancellation the carrier is owed", () => {
  const cancelled = happened.cancelled("support");

  test("nothing where it was never asked", () => {
    expect(ids(...made("1.1"), cancelled)).toEqual([]);
    expect(ids(...made("1.1"), failed(1), cancelled)).toEqual([]);
  });

  test("the taking back of what was booked", () => {
    expect(ids(...made("1.1"), requested(), scheduled(), cancelled)).toEqual(["parcel.cancel/1.1"]);
  });

  test("a look for what may have been booked", () => {
    expect(owed(...made("1.1"), requested(), failed(1), cancelled)).toEqual([
      { id: "parcel.cancel/1.1", dueAt: PLACED, outside: CARRIER, early: true },
    ]);
  });

  test("nothing for what had been shipped", () => {
    expect(ids(...made("1.1"), requested(), scheduled(), shipped(), cancelled)).toEqual([]);
  });
});

test("a reference names its parcel, and nothing else does", () => {
  expect(parcelOf(referenceOf(ORDER, "1.2"))).toEqual({ orderId: ORDER, fulfilmentId: "1.2" });
  for (const other of ["", ORDER, `${ORDER}:`, `${ORDER}:1`, `x${ORDER}:1.1`, `${ORDER}:1.1\n`, "probe"]) {
    expect(parcelOf(other)).toBeUndefined();
  }
});
