import { describe, expect, test } from "vitest";
import {
  ACCEPT_BY,
  AT,
  COURIER,
  fold,
  happened,
  OTHER_COURIER,
  orderOf,
  until,
} from "../../test/fixtures/order-examples.ts";
import { specify } from "../../test/given.ts";
import { Personal } from "../chain/personal.ts";
import { decide } from "./decide.ts";
import { courierNoShow, nobodyCarries } from "./facts.ts";
import { standingFailure, statusOf } from "./state.ts";

const given = specify({ fold, decide });
const assigned = [...until("ready"), happened.assigned()];
const accepted = [...assigned, happened.driverAccepted()];
const handover = ["accept_delivery", "decline_delivery", "arrive", "pick_up", "deliver"] as const;

describe("a courier", () => {
  test.each(handover)("to whom the order is not assigned cannot %s", (type) => {
    given(until("ready")).when({ type, courierId: COURIER }).refuses("courier_not_assigned");
    given(accepted).when({ type, courierId: OTHER_COURIER }).refuses("courier_not_assigned");
  });

  test("accepts, arrives, picks up and delivers, each once", () => {
    given(assigned).when({ type: "accept_delivery", courierId: COURIER }).then([happened.driverAccepted()]);
    given(accepted).when({ type: "accept_delivery", courierId: COURIER }).then([]);
    given(accepted).when({ type: "arrive", courierId: COURIER }).then([happened.arrived()]);
    given([...accepted, happened.arrived()])
      .when({ type: "arrive", courierId: COURIER })
      .then([]);
    given(accepted).when({ type: "pick_up", courierId: COURIER }).then([happened.pickedUp()]);
    given(until("picked_up")).when({ type: "pick_up", courierId: COURIER }).then([]);
    given(until("picked_up")).when({ type: "deliver", courierId: COURIER }).then([happened.delivered()]);
    given(until("delivered")).when({ type: "deliver", courierId: COURIER }).then([]);
  });

  test("leaves a proof of delivery that is personal", () => {
    const proof = new Personal("left with the neighbour, Ms Weber");
    given(until("picked_up"))
      .when({ type: "deliver", courierId: COURIER, proof })
      .then([{ type: "order.delivered", data: { courierId: COURIER, proof } }]);
  });

  test("neither arrives nor picks up before having accepted", () => {
    for (const type of ["arrive", "pick_up"] as const) {
      given(assigned).when({ type, courierId: COURIER }).refuses("courier_not_accepted");
    }
  });

  test("picks up only what the kitchen has finished, and delivers only what was picked up", () => {
    const early = [...until("preparing"), happened.assigned(), happened.driverAccepted()];
    given(early).when({ type: "pick_up", courierId: COURIER }).refuses("order_not_ready");
    given(accepted).when({ type: "deliver", courierId: COURIER }).refuses("order_not_picked_up");
  });

  test("may decline until the order is picked up, and is then free of it", () => {
    for (const events of [assigned, accepted]) {
      given(events).when({ type: "decline_delivery", courierId: COURIER }).then([happened.declined()]);
    }
    given(until("picked_up")).when({ type: "decline_delivery", courierId: COURIER }).refuses("cancel_too_late");
    const declined = [...accepted, happened.declined()];
    expect(orderOf(declined).courier).toMatchObject({ courierId: undefined, accepted: false, tried: [COURIER] });
    given(declined).when({ type: "decline_delivery", courierId: COURIER }).then([]);
    given(declined).when({ type: "accept_delivery", courierId: COURIER }).refuses("courier_not_assigned");
  });

  test("who declined may be asked again, and may decline again", () => {
    const again = [...assigned, happened.declined(), happened.assigned(2)];
    given(again)
      .when({ type: "decline_delivery", courierId: COURIER })
      .then([happened.declined(2)]);
    given(again).when({ type: "accept_delivery", courierId: COURIER }).then([happened.driverAccepted()]);
  });
});

describe("the order's courier", () => {
  test("is the one of the last assignment; words of an earlier one change nothing", () => {
    const second = [...accepted, happened.declined(), happened.assigned(2, OTHER_COURIER)];
    expect(orderOf(second).courier).toEqual({
      attempt: 2,
      courierId: OTHER_COURIER,
      acceptBy: ACCEPT_BY,
      accepted: false,
      arrived: false,
      tried: [COURIER],
      assignments: [
        { attempt: 1, courierId: COURIER },
        { attempt: 2, courierId: OTHER_COURIER },
      ],
      lostAt: AT,
      searchingSince: AT,
      searches: 1,
      unavailableReported: false,
    });
    const late = [...second, happened.driverAccepted(), happened.arrived(), happened.declined(1)];
    expect(orderOf(late).courier).toEqual(orderOf(second).courier);
  });

  test("has everything to do anew, even when nobody said that the one before is out of it", () => {
    const replaced = orderOf([...accepted, happened.arrived(), happened.assigned(2, OTHER_COURIER)]);
    expect(replaced.courier).toMatchObject({ courierId: OTHER_COURIER, accepted: false, arrived: false });
  });

  test("may be found while the kitchen still works, which shows once the order is ready", () => {
    const early = [...until("preparing"), happened.assigned(), happened.driverAccepted()];
    expect(statusOf(orderOf(early))).toBe("preparing");
    expect(statusOf(orderOf(accepted))).toBe("driver_assigned");
    expect(statusOf(orderOf(assigned))).toBe("ready");
    expect(statusOf(orderOf([...accepted, happened.declined()]))).toBe("ready");
  });
});

describe("a courier who does not come", () => {
  const noShow = { type: "driver.no_show", data: { courierId: COURIER, attempt: 1 } } as const;

  test("is a no-show only while they have accepted, have not arrived, and nobody else has the order", () => {
    expect(courierNoShow(orderOf(accepted), 1)).toMatchObject([noShow]);
    expect(courierNoShow(orderOf(assigned), 1)).toEqual([]);
    for (const after of [happened.arrived(), happened.pickedUp(), happened.declined(), happened.cancelled("support")]) {
      expect(courierNoShow(orderOf([...accepted, after]), 1)).toEqual([]);
    }
    expect(courierNoShow(orderOf([...accepted, noShow, happened.assigned(2, OTHER_COURIER)]), 1)).toEqual([]);
  });

  test("is out of it, and the search begins anew", () => {
    expect(orderOf([...accepted, noShow]).courier).toMatchObject({
      courierId: undefined,
      tried: [COURIER],
      lostAt: AT,
      searchingSince: AT,
      searches: 1,
    });
  });
});

describe("support is told that nobody carries an order", () => {
  const told = { type: "driver.unavailable", data: { attempt: 1 } } as const;

  test("once in each search, and not once somebody has accepted", () => {
    expect(nobodyCarries(orderOf(assigned))).toMatchObject([told]);
    expect(nobodyCarries(orderOf([...assigned, told]))).toEqual([]);
    expect(nobodyCarries(orderOf(accepted))).toEqual([]);
    expect(nobodyCarries(orderOf([...assigned, told, happened.driverAccepted(), happened.declined()]))).toHaveLength(1);
  });

  test("which lists show until somebody has accepted, or the order has ended", () => {
    expect(standingFailure(orderOf([...assigned, told]))).toBe("driver_unavailable");
    for (const after of [happened.driverAccepted(), happened.cancelled("support")]) {
      expect(standingFailure(orderOf([...assigned, told, after]))).toBeUndefined();
    }
  });
});
