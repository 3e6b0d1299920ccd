import { describe, expect, test } from "vitest";
import type { Actor } from "../../domain/chain/envelope.ts";
import type { OrderEvent } from "../../domain/order/events.ts";
import { asStored } from "../../projections/timeline/queries.ts";
import { chained } from "../../test/fixtures/chained.ts";
import {
  fulfilmentAt,
  happened,
  OAT_MILK,
  ORDER,
  placedAt,
  until,
  worked,
} from "../../test/fixtures/order-examples.ts";
import { tellTimeline } from "./timeline-entries.ts";

const SYSTEM: Actor = { type: "system", id: "test" };
const KITCHEN: Actor = { type: "restaurant", id: "baker" };
const WHO: Readonly<Partial<Record<string, Actor>>> = {
  "order.placed": { type: "customer", id: "maya" },
  "kitchen.item_unavailable": KITCHEN,
};

/** The timeline of an order as a support agent reads it to the customer. */
function story(...events: readonly OrderEvent[]): string[] {
  const actorOf = ({ type }: OrderEvent) => WHO[type] ?? SYSTEM;
  const log = chained(
    `order-${ORDER}`,
    events.map((event) => ({ ...event, actor: actorOf(event) })),
  );
  return tellTimeline(ORDER, log.map(asStored), () => true).entries.map(({ sentence }) => sentence);
}

describe("the timeline of an order that did not go as planned tells", () => {
  test("how another site came to make it", () => {
    const told = story(
      ...until("restaurant_notified"),
      happened.givenBack("no_answer"),
      happened.released(),
      happened.rerouted("1.1", "2.1", "no_answer"),
      happened.reserved("2.1"),
      happened.notified("2.1"),
      happened.accepted("2.1"),
      ...worked("bakery", "2.1").slice(0, 2),
    );
    expect(told.slice(1)).toEqual([
      "The goods of the order were reserved.",
      "A payment of 26.90 EUR was begun.",
      "The payment of 26.90 EUR was confirmed.",
      "Sweet Crumbs was notified of the order and has until 11:06 to answer.",
      "Sweet Crumbs does not make the order: it did not answer in time; another site is looked for.",
      "The goods of the order were released.",
      "Bakery North makes the order in place of Sweet Crumbs: it did not answer in time.",
      "The goods of the order were reserved at Bakery North.",
      "Bakery North was notified of the order and has until 11:06 to answer.",
      "Bakery North accepted the order.",
      "Work at the station preparation began.",
      "The station preparation was completed.",
    ]);
  });

  test("why it ended, and that the money went back", () => {
    const none: OrderEvent = {
      type: "restaurant.rejected",
      data: { fulfilmentId: "1.1", reason: "oven_broken", alternative: "none" },
    };
    const told = story(
      ...until("restaurant_notified"),
      happened.givenBack("oven_broken"),
      happened.released(),
      none,
      happened.refunded(),
      { type: "notification.sent", data: { notice: "rejected", channel: "email", messageId: "<m@ordertrail>" } },
    );
    expect(told.slice(5)).toEqual([
      "Sweet Crumbs rejected the order: oven broken; another site is looked for.",
      "The goods of the order were released.",
      "No other site can make the order, and it ends.",
      "26.90 EUR were refunded.",
      "The customer was told by email that no site can make the order.",
    ]);
  });

  test("what became of the items that were missing", () => {
    const lines = [...fulfilmentAt("bakery").lines, OAT_MILK];
    const placed: OrderEvent = { type: "order.placed", data: placedAt({ ...fulfilmentAt("bakery"), lines }) };
    const told = story(
      placed,
      ...until("restaurant_accepted").slice(1),
      happened.missing(),
      happened.substituted(),
      happened.reserved("2.1"),
      happened.missing("oat-milk"),
      happened.lineRemoved("oat-milk", "1.1", 290),
      ...worked("bakery"),
      happened.ready(),
      happened.refunded("re_1", 590),
    );
    expect(told[0]).toBe(
      "The customer placed an order of 2 lines at Sweet Crumbs for 29.80 EUR: 2 × Carrot cake, 1 × Oat milk.",
    );
    expect(told.slice(6, 11)).toEqual([
      "Sweet Crumbs reported Carrot cake as missing.",
      "Carrot cake was missing: Plum cake takes its place, and 3.00 EUR are given back.",
      "The goods for the substitute, Plum cake, were reserved.",
      "Sweet Crumbs reported Oat milk as missing.",
      "Oat milk was missing and left out; 2.90 EUR are given back.",
    ]);
    expect(told.slice(-2)).toEqual(["The order is ready to be picked up.", "5.90 EUR were refunded."]);
  });
});
