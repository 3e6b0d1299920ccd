import { describe, expect, test } from "vitest";
import { AT, fold, fulfilmentAt, happened, orderOf, placedAt, worked } from "../../test/fixtures/order-examples.ts";
import { specify } from "../../test/given.ts";
import { decide } from "./decide.ts";
import type { OrderEvent } from "./events.ts";
import { evolve } from "./evolve.ts";
import { askToBook, record } from "./facts.ts";
import { isFinal, type OrderState, statusOf } from "./state.ts";

const given = specify({ fold, decide });
const LATER = "2026-11-22T08:00:00.000Z";

const made = (fulfilmentId: string): OrderEvent[] => [
  happened.notified(fulfilmentId),
  happened.accepted(fulfilmentId),
  ...worked("warehouse", fulfilmentId),
  happened.ready(fulfilmentId),
];
const paid: OrderEvent[] = [
  {
    type: "order.placed",
    data: {
      ...placedAt(fulfilmentAt("warehouse"), fulfilmentAt("warehouse", "1.2")),
      delivery: { method: "parcel", promisedAt: LATER },
    },
  },
  happened.reserved(),
  happened.reserved("1.2"),
  happened.processing(),
  happened.paid(),
];
const ready = [...paid, ...made("1.1"), ...made("1.2")];
const requested = (request = 1, fulfilmentId = "1.1"): OrderEvent => ({
  type: "shipment.requested",
  data: { fulfilmentId, request, reference: `o:${fulfilmentId}` },
});
const failed = (attempt: number): OrderEvent => ({
  type: "shipment.attempt_failed",
  data: { fulfilmentId: "1.1", attempt, failureType: "carrier_unavailable", nextAttemptAt: LATER },
});
const scheduled = (fulfilmentId = "1.1", booking = `bk_${fulfilmentId}`): OrderEvent => ({
  type: "shipment.scheduled",
  data: { fulfilmentId, reference: `o:${fulfilmentId}`, booking, trackingNumber: "BP1" },
});
const shipped = (fulfilmentId = "1.1"): OrderEvent => ({
  type: "shipment.shipped",
  data: { fulfilmentId, booking: `bk_${fulfilmentId}`, shippedAt: LATER },
});
const parcel = (...events: readonly OrderEvent[]) => orderOf([...ready, ...events]).fulfilments[0]?.shipment;

describe("an order that goes by parcel", () => {
  test("is scheduled when each of its parcels is booked, and shipped when each has left", () => {
    const steps: readonly (readonly [OrderEvent, string])[] = [
      [scheduled("1.1"), "ready"],
      [scheduled("1.2"), "scheduled"],
      [shipped("1.1"), "scheduled"],
      [shipped("1.2"), "shipped"],
    ];
    const seen = steps.map((_, index) =>
      statusOf(orderOf([...ready, ...steps.slice(0, index + 1).map(([event]) => event)])),
    );
    expect(seen).toEqual(steps.map(([, status]) => status));
    expect(isFinal(orderOf([...ready, ...steps.map(([event]) => event)]))).toBe(true);
  });

  test("knows how often and when last the carrier was asked, whatever order the facts come in", () => {
    const state = [requested(1), requested(2)].reduce<OrderState>(
      (now, event, index) => evolve(now, event, index === 0 ? AT : LATER),
      orderOf(ready),
    );
    expect(state?.fulfilments[0]?.shipment).toMatchObject({ requests: 2, requestedAt: LATER });
    expect(parcel(requested(2), requested(1))).toMatchObject({ requests: 2, requestedAt: AT });
  });

  test("plans nothing any more once it is booked, and keeps the first booking", () => {
    expect(parcel(requested(), failed(1))).toMatchObject({ attempts: 1, nextAttemptAt: LATER });
    const late = parcel(requested(), scheduled(), failed(2), scheduled("1.1", "bk_other"));
    expect(late).toMatchObject({ attempts: 0, nextAttemptAt: undefined, booking: "bk_1.1", bookedAt: AT });
  });

  test("takes a shipping that is told before its booking is known", () => {
    expect(parcel(requested(), shipped())).toMatchObject({ booking: "bk_1.1", bookedAt: AT, shippedAt: LATER });
  });

  test("may be taken back by support until the first parcel has left", () => {
    const cancel = { type: "cancel", by: "support" } as const;
    given([...ready, scheduled("1.1"), scheduled("1.2")])
      .when(cancel)
      .then([{ type: "order.cancelled", data: { by: "support", reason: undefined } }]);
    given([...ready, scheduled("1.1"), shipped("1.1")])
      .when(cancel)
      .refuses("cancel_too_late");
    given([...ready, shipped("1.1"), shipped("1.2")])
      .when(cancel)
      .refuses("cancel_too_late");
  });
});

describe("the carrier is asked to book", () => {
  const asking = (request: number, ...events: readonly OrderEvent[]) =>
    askToBook(orderOf([...paid, ...events]), { fulfilmentId: "1.1", request, reference: "o:1.1" }).length;

  test("once for each number, and only by who knows of the asking before", () => {
    expect(asking(1, ...made("1.1"))).toBe(1);
    expect(asking(1, ...made("1.1"), requested(1))).toBe(0);
    expect(asking(2, ...made("1.1"))).toBe(0);
    expect(asking(2, ...made("1.1"), requested(1))).toBe(1);
  });

  test("for nothing that is not ready, is booked, or has ended", () => {
    expect(asking(1)).toBe(0);
    expect(asking(1, ...made("1.1"), scheduled())).toBe(0);
    expect(asking(1, ...made("1.1"), happened.cancelled("support"))).toBe(0);
    expect(askToBook(undefined, { fulfilmentId: "1.1", request: 1, reference: "o:1.1" })).toEqual([]);
  });
});

test("what is known of a parcel is recorded once; another booking under its reference is a further fact", () => {
  const order = orderOf([...ready, requested(), failed(1), scheduled(), shipped()]);
  for (const known of [requested(), failed(1), failed(2), scheduled(), shipped()]) {
    expect(record(order, known)).toEqual([]);
  }
  expect(record(order, scheduled("1.1", "bk_other"))).toHaveLength(1);
  expect(record(order, shipped("1.2"))).toHaveLength(1);
});
