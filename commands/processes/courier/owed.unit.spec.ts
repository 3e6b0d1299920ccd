import { describe, expect, test } from "vitest";
import type { OrderEvent } from "../../../domain/order/events.ts";
import { evolve } from "../../../domain/order/evolve.ts";
import type { OrderState } from "../../../domain/order/state.ts";
import { ACCEPT_BY, AT, happened, orderOf, until } from "../../../test/fixtures/order-examples.ts";
import { owedCourier, siteOf } from "./owed.ts";

const MINUTE = 60_000;
const PLACED = Date.parse(AT);
const POLICY = { searchMs: 10 * MINUTE };
const ARRIVE_BY = "2026-11-21T10:34:00.000Z";
const ACCEPTED = until("restaurant_accepted");

const assigned = (attempt = 1): OrderEvent => ({
  type: "driver.assigned",
  data: {
    courierId: `courier-${attempt}`,
    attempt,
    acceptBy: ACCEPT_BY,
    etaAt: "2026-11-21T10:24:00.000Z",
    arriveBy: ARRIVE_BY,
  },
});
const took = (attempt = 1) => happened.driverAccepted(`courier-${attempt}`);
const declined = (attempt = 1) => happened.declined(attempt, `courier-${attempt}`);
const noShow = (attempt = 1): OrderEvent => ({
  type: "driver.no_show",
  data: { courierId: `courier-${attempt}`, attempt },
});
const unavailable: OrderEvent = { type: "driver.unavailable", data: { attempt: 1 } };

const owed = (...events: readonly OrderEvent[]) => owedCourier(orderOf(events), POLICY);
const ids = (...events: readonly OrderEvent[]) => owed(...events).map(({ id }) => id);

describe("the courier process owes", () => {
  test("nobody before the site has accepted, then an assignment, and word to support when it takes too long", () => {
    expect(owed(...until("restaurant_notified"))).toEqual([]);
    expect(owed(...ACCEPTED)).toEqual([
      { id: "courier.unavailable/1", dueAt: PLACED + POLICY.searchMs },
      { id: "courier.assign/1", dueAt: PLACED },
    ]);
  });

  test("the offer, and a look at the courier's deadline, until the courier has accepted", () => {
    expect(ids(...ACCEPTED, assigned())).toEqual([
      "courier.unavailable/1",
      "courier.offer/1",
      "courier.answer-deadline/1",
    ]);
  });

  test("a look whether who accepted has come in time, until they have", () => {
    expect(owed(...ACCEPTED, assigned(), took())).toEqual([{ id: "courier.no-show/1", dueAt: Date.parse(ARRIVE_BY) }]);
    expect(ids(...ACCEPTED, assigned(), took(), happened.arrived("courier-1"))).toEqual([]);
    expect(ids(...ACCEPTED, assigned(), took(), happened.pickedUp("courier-1"))).toEqual([]);
  });

  test("freedom to a courier who declined, and the next attempt", () => {
    expect(ids(...ACCEPTED, assigned(), declined())).toEqual([
      "courier.release/1",
      "courier.unavailable/1",
      "courier.assign/2",
    ]);
  });

  test("freedom to a courier who did not come, and another search with its own word to support", () => {
    const lostAt = "2026-11-21T10:40:00.000Z";
    const before: OrderState = orderOf([...ACCEPTED, assigned(), took()]);
    const order = evolve(before, noShow(), lostAt);
    expect(order && owedCourier(order, POLICY)).toMatchObject([
      { id: "courier.release/1" },
      { id: "courier.unavailable/2", dueAt: Date.parse(lostAt) + POLICY.searchMs },
      { id: "courier.assign/2" },
    ]);
  });

  test("word to support once in a search, and the search goes on", () => {
    expect(ids(...ACCEPTED, unavailable)).toEqual(["courier.assign/1"]);
    expect(ids(...ACCEPTED, unavailable, assigned(), declined())).toEqual(["courier.release/1", "courier.assign/2"]);
    expect(ids(...ACCEPTED, unavailable, assigned(), took(), noShow())).toContain("courier.unavailable/2");
  });

  test("freedom to the courier when the order is delivered or cancelled, and nothing else", () => {
    expect(ids(...ACCEPTED, assigned(), happened.delivered("courier-1"))).toEqual(["courier.release/1"]);
    expect(ids(...ACCEPTED, assigned(), happened.cancelled())).toEqual(["courier.release/1"]);
  });

  test("freedom to the courier whose site gave the order back, and nobody before another site has accepted", () => {
    const given: OrderEvent = {
      type: "restaurant.rejected",
      data: { fulfilmentId: "1.1", reason: "item_unavailable", alternative: "sought" },
    };
    expect(ids(...ACCEPTED, assigned(), took(), given)).toEqual(["courier.release/1"]);
    const elsewhere = orderOf([...ACCEPTED, assigned(), took(), given, happened.rerouted(), happened.accepted("2.1")]);
    expect(owedCourier(elsewhere, POLICY).map(({ id }) => id)).toEqual([
      "courier.release/1",
      "courier.unavailable/3",
      "courier.assign/2",
    ]);
    expect(siteOf(elsewhere)?.siteId).toBe("bakery-nord");
  });
});
