import { describe, expect, test } from "vitest";
import type { OrderEvent } from "../../../domain/order/events.ts";
import { ANSWER_BY, AT, happened, orderOf } from "../../../test/fixtures/order-examples.ts";
import { owedToSites } from "./owed.ts";

const PLACED = Date.parse(AT);
const { placed, reserved, processing, paid } = happened;
const RESERVED = [placed("bakery"), reserved()] as const;
const PAID = [...RESERVED, processing(), paid()] as const;
const NOTIFIED = [...PAID, happened.notified()] as const;
const ACCEPTED = [...NOTIFIED, happened.accepted()] as const;
const cancelled = happened.cancelled();
const none = (reason: string): OrderEvent => ({
  type: "restaurant.rejected",
  data: { fulfilmentId: "1.1", reason, alternative: "none" },
});

const owed = (...events: readonly OrderEvent[]) => owedToSites(orderOf(events));
const ids = (...events: readonly OrderEvent[]) => owed(...events).map(({ id }) => id);

describe("a paid order is owed", () => {
  test("a notification to each of its sites, the first attempt in the site's own lane", () => {
    expect(owed(...RESERVED)).toEqual([]);
    expect(owed(...PAID)).toEqual([
      {
        id: "restaurant.notify/1.1/1",
        dueAt: PLACED,
        lane: "bakery-mitte",
        outside: { system: "restaurant", place: "berlin" },
        early: false,
      },
    ]);
  });

  test("a retry outside of the lane, so that one failed site order does not hold up the next", () => {
    expect(owed(...PAID, happened.notificationFailed())).toMatchObject([
      { id: "restaurant.notify/1.1/2", dueAt: Date.parse("2026-11-21T10:02:00.000Z"), lane: undefined, early: true },
    ]);
  });

  test("a look at the answer's deadline until the site has answered", () => {
    expect(owed(...NOTIFIED)).toEqual([{ id: "restaurant.answer-deadline/1.1", dueAt: Date.parse(ANSWER_BY) }]);
    expect(owed(...ACCEPTED)).toEqual([]);
  });
});

describe("a site that was told is owed word that it is not wanted any more", () => {
  test("when the order ends, and no other site is", () => {
    expect(ids(...NOTIFIED, cancelled)).toEqual(["restaurant.tell-cancelled/1.1"]);
    expect(ids(...PAID, cancelled)).toEqual([]);
  });

  test("also where it only may know of the order, and again when it turns out that it does", () => {
    const unsure = [...PAID, happened.notificationFailed(), cancelled];
    expect(ids(...unsure)).toEqual(["restaurant.tell-cancelled/1.1/1"]);
    expect(ids(...unsure, happened.notified())).toEqual(["restaurant.tell-cancelled/1.1"]);
  });

  test("when it did not answer, was not reached, had closed or had nothing left; not when it turned the order down", () => {
    for (const reason of ["no_answer", "auto_rejected_closing_time"]) {
      expect(ids(...NOTIFIED, happened.givenBack(reason))).toEqual([
        "restaurant.tell-cancelled/1.1",
        "restaurant.reroute/1.1",
      ]);
      expect(ids(...NOTIFIED, happened.givenBack(reason), none(reason))).toEqual(["restaurant.tell-cancelled/1.1"]);
    }
    const notReached = [...PAID, happened.notificationFailed(4), happened.givenBack("not_reached")];
    expect(ids(...notReached)).toEqual(["restaurant.tell-cancelled/1.1/4", "restaurant.reroute/1.1"]);
    const nothingLeft = [...ACCEPTED, happened.missing(), happened.givenBack("item_unavailable")];
    expect(ids(...nothingLeft)).toEqual(["restaurant.tell-cancelled/1.1", "restaurant.reroute/1.1"]);
    for (const reason of ["too_busy", "item_unavailable"]) {
      expect(ids(...NOTIFIED, happened.rejected(reason))).toEqual([]);
    }
  });
});

describe("an order that its site has given back is owed", () => {
  const GIVEN_BACK = [...NOTIFIED, happened.givenBack()] as const;

  test("another site, once", () => {
    expect(owed(...GIVEN_BACK)).toEqual([{ id: "restaurant.reroute/1.1", dueAt: PLACED }]);
    expect(ids(...GIVEN_BACK, none("too_busy"))).toEqual([]);
    expect(ids(...GIVEN_BACK, cancelled)).toEqual([]);
  });

  test("word to the site that was found, when its goods are reserved", () => {
    const rerouted = [...GIVEN_BACK, happened.rerouted()];
    expect(ids(...rerouted)).toEqual([]);
    expect(owed(...rerouted, reserved("2.1"))).toMatchObject([{ id: "restaurant.notify/2.1/1", lane: "bakery-nord" }]);
    const silent = [...rerouted, reserved("2.1"), happened.notified("2.1"), happened.givenBack("no_answer", "2.1")];
    expect(ids(...silent)).toEqual(["restaurant.tell-cancelled/2.1", "restaurant.reroute/2.1"]);
  });
});

describe("an order with an item that is missing is owed", () => {
  test("a decision about each, until it is taken", () => {
    const missing = [...ACCEPTED, happened.missing()];
    expect(owed(...missing)).toEqual([{ id: "restaurant.replace/1.1/carrot-cake", dueAt: PLACED }]);
    expect(ids(...missing, happened.substituted())).toEqual([]);
    expect(ids(...missing, happened.substituted(), happened.missing("plum-cake"))).toEqual([
      "restaurant.replace/1.1/plum-cake",
    ]);
    expect(ids(...missing, happened.givenBack("item_unavailable"))).toEqual([
      "restaurant.tell-cancelled/1.1",
      "restaurant.reroute/1.1",
    ]);
    expect(ids(...missing, cancelled)).toEqual(["restaurant.tell-cancelled/1.1"]);
  });
});
