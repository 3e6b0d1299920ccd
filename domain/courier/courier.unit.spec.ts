import { describe, expect, test } from "vitest";
import { specify } from "../../test/given.ts";
import { type CourierEvent, courierStream, decide, evolve, newCourier } from "./courier.ts";

const fold = (events: readonly CourierEvent[]) => events.reduce(evolve, newCourier);
const given = specify({ fold, decide });

const started: CourierEvent = { type: "courier.shift_started", data: { city: "berlin" } };
const ended: CourierEvent = { type: "courier.shift_ended", data: {} };
const claimed = (orderId = "o1", attempt = 1): CourierEvent => ({
  type: "courier.claimed",
  data: { orderId, attempt },
});
const released = (orderId = "o1", attempt = 1): CourierEvent => ({
  type: "courier.released",
  data: { orderId, attempt },
});

test("a courier's stream is named after the courier", () => {
  expect(courierStream("c1")).toBe("courier-c1");
});

describe("a shift", () => {
  test("starts once in a city, and again in another city", () => {
    given([]).when({ type: "start_shift", city: "berlin" }).then([started]);
    given([started]).when({ type: "start_shift", city: "berlin" }).then([]);
    given([started])
      .when({ type: "start_shift", city: "hamburg" })
      .then([{ type: "courier.shift_started", data: { city: "hamburg" } }]);
    given([started, ended]).when({ type: "start_shift", city: "berlin" }).then([started]);
  });

  test("ends once, and not with an order in hand", () => {
    given([started]).when({ type: "end_shift" }).then([ended]);
    given([started, ended]).when({ type: "end_shift" }).then([]);
    given([]).when({ type: "end_shift" }).then([]);
    given([started, claimed()]).when({ type: "end_shift" }).refuses("courier_busy");
    given([started, claimed(), released()]).when({ type: "end_shift" }).then([ended]);
  });
});

describe("a claim", () => {
  test("takes a free courier on shift, once for each assignment", () => {
    given([started]).when({ type: "claim", orderId: "o1", attempt: 1 }).then([claimed()]);
    given([started, claimed()]).when({ type: "claim", orderId: "o1", attempt: 1 }).then([]);
  });

  test("never takes a courier who has an order: one courier, one order", () => {
    given([started, claimed()]).when({ type: "claim", orderId: "o2", attempt: 1 }).refuses("courier_busy");
    given([started, claimed()]).when({ type: "claim", orderId: "o1", attempt: 2 }).refuses("courier_busy");
  });

  test("does not take a courier who is off shift", () => {
    given([]).when({ type: "claim", orderId: "o1", attempt: 1 }).refuses("courier_off_shift");
    given([started, ended]).when({ type: "claim", orderId: "o1", attempt: 1 }).refuses("courier_off_shift");
  });

  test("takes a courier again who was released", () => {
    given([started, claimed(), released()])
      .when({ type: "claim", orderId: "o2", attempt: 1 })
      .then([claimed("o2")]);
  });
});

describe("a release", () => {
  test("frees the courier of exactly this assignment, once", () => {
    given([started, claimed()]).when({ type: "release", orderId: "o1", attempt: 1 }).then([released()]);
    given([started, claimed(), released()]).when({ type: "release", orderId: "o1", attempt: 1 }).then([]);
  });

  test("of an earlier assignment or another order leaves the claim alone", () => {
    const events = [started, claimed("o1", 2)];
    given(events).when({ type: "release", orderId: "o1", attempt: 1 }).then([]);
    given(events).when({ type: "release", orderId: "o2", attempt: 2 }).then([]);
    expect(fold([...events, released("o1", 1), released("o2", 2)]).claim).toEqual({ orderId: "o1", attempt: 2 });
  });
});

test("every fact folds in every state", () => {
  expect(fold([released(), ended, claimed(), claimed("o2"), started, started])).toEqual({
    onShift: true,
    city: "berlin",
    claim: { orderId: "o2", attempt: 1 },
  });
  const unknown = { type: "courier.promoted", data: {} } as unknown as CourierEvent; // written by a later version
  expect(fold([started, unknown])).toEqual(fold([started]));
});
