import { describe, expect, test } from "vitest";
import type { OrderView } from "../../../projections/views.ts";
import { minute as at, fulfilment, view as order } from "../../state/order/testing-view.ts";
import { mayCancel, stepsOf } from "./steps.ts";

const line = (view: OrderView, ended = false) => stepsOf(view, ended).map(({ key, state }) => `${key} ${state}`);

describe("the way of an order", () => {
  test("has the stations of this very order; the first that is not done is the current one", () => {
    expect(line(order())).toEqual([
      "placed done",
      "payment current",
      "0.0:accept future",
      "0.0:preparation future",
      "0.0:baking future",
      "0.0:ready future",
      "pickup future",
      "deliver future",
    ]);
  });

  test("counts the time at a station from its start, and otherwise from the fact before it", () => {
    const working = order({
      status: "preparing",
      payment: { status: "confirmed", attempts: 0, refunded: 0 },
      fulfilments: [fulfilment({ notified: true, accepted: true, started: ["preparation"] })],
      milestones: [
        { type: "order.placed", at: at(0) },
        { type: "payment.confirmed", at: at(1) },
        { type: "restaurant.accepted", at: at(2), fulfilmentId: "0.0" },
        { type: "kitchen.stage_started", at: at(5), fulfilmentId: "0.0", stage: "preparation" },
      ],
    });
    expect(stepsOf(working, false).find(({ state }) => state === "current")).toMatchObject({
      stage: "preparation",
      since: at(5),
    });
    const waiting = order({ ...working, fulfilments: [fulfilment({ notified: true, accepted: true })] });
    expect(stepsOf(waiting, false).find(({ state }) => state === "current")?.since).toBe(at(2));
  });

  test("by parcel ends with its booking and shipping, without a courier", () => {
    expect(line(order({ method: "parcel" })).slice(-2)).toEqual(["schedule future", "ship future"]);
    const made = { accepted: true, completed: ["preparation", "baking"], ready: true };
    const scheduled = order({
      method: "parcel",
      status: "scheduled",
      payment: { status: "confirmed", attempts: 0, refunded: 0 },
      fulfilments: [fulfilment(made)],
      milestones: [{ type: "shipment.scheduled", at: at(9), fulfilmentId: "0.0" }],
    });
    expect(stepsOf(scheduled, false).slice(-2)).toMatchObject([
      { kind: "schedule", state: "done", at: at(9) },
      { kind: "ship", state: "current", since: at(9) },
    ]);
  });

  test("that has ended early ends with that fact, and promises nothing more", () => {
    const cancelled = order({
      status: "cancelled",
      payment: { status: "confirmed", attempts: 0, refunded: 0 },
      milestones: [
        { type: "order.placed", at: at(0) },
        { type: "payment.confirmed", at: at(1) },
        { type: "order.cancelled", at: at(3) },
      ],
    });
    expect(line(cancelled, true)).toEqual(["placed done", "payment done", "ended failed"]);
    expect(stepsOf(cancelled, true).at(-1)?.at).toBe(at(3));
  });

  test("that is delivered is done at every station", () => {
    const delivered = order({
      status: "delivered",
      payment: { status: "confirmed", attempts: 0, refunded: 0 },
      fulfilments: [fulfilment({ accepted: true, completed: ["preparation", "baking"], ready: true })],
    });
    expect(new Set(stepsOf(delivered, false).map(({ state }) => state))).toEqual(new Set(["done"]));
  });
});

test("an order may be cancelled until a station has started", () => {
  expect(mayCancel(order())).toBe(true);
  expect(mayCancel(order({ fulfilments: [fulfilment({ accepted: true })] }))).toBe(true);
  expect(mayCancel(order({ fulfilments: [fulfilment({ started: ["preparation"] })] }))).toBe(false);
  expect(mayCancel(order({ status: "cancelled" }))).toBe(false);
});
