import { describe, expect, test } from "vitest";
import type { RecordedEvent } from "../../../domain/chain/envelope.ts";
import type { OrderEvent } from "../../../domain/order/events.ts";
import { EUR, fulfilmentAt, happened, orderOf, placedAt, until } from "../../../test/fixtures/order-examples.ts";
import { needsHistory, storyOf } from "./story.ts";

const told = (notice: string, events: readonly OrderEvent[]) => {
  const order = orderOf(events);
  const [first] = events;
  if (first?.type !== "order.placed") throw new Error("the events place no order");
  const recorded = events.map((event) => event as unknown as RecordedEvent); // type and data are all that is looked at
  return storyOf(notice, {
    placed: first.data,
    order,
    events: needsHistory(notice, order) ? recorded : recorded.slice(0, 1),
    name: "Maya",
  });
};

const CAKE = { name: "Carrot cake", quantity: { amount: 2, unit: "each" } };
const removed: OrderEvent = {
  type: "order.line_removed",
  data: { fulfilmentId: "1.1", sku: "carrot-cake", refund: EUR(2300), reason: "missing" },
};
const rerouted: OrderEvent = {
  type: "order.rerouted",
  data: {
    fulfilmentId: "1.1",
    reason: "too_busy",
    fulfilments: [{ ...fulfilmentAt("bakery", "2.1"), name: "Other Crumbs" }],
  },
};
const sent = (notice: string): OrderEvent => ({
  type: "notification.sent",
  data: { notice, channel: "email", messageId: notice },
});

describe("what a message tells", () => {
  test("names the order as people say it, its site, its items and its total", () => {
    expect(told("confirmed", until("payment_confirmed"))).toMatchObject({
      number: "D5BB6A",
      language: "en",
      sites: ["Sweet Crumbs"],
      items: [CAKE],
      total: EUR(2690),
    });
  });

  test("is in the language of the placing", () => {
    const placed: OrderEvent = {
      type: "order.placed",
      data: { ...placedAt(fulfilmentAt("bakery")), language: "de" },
    };
    expect(told("confirmed", [placed, ...until("payment_confirmed").slice(1)]).language).toBe("de");
  });

  test("names the site that makes the order in the end", () => {
    const events = [...until("restaurant_notified"), rerouted];
    expect(told("rerouted/1", events)).toMatchObject({ sites: ["Other Crumbs"], items: [CAKE] });
    expect(told("delivered", [...events, happened.delivered()])).toMatchObject({ sites: ["Other Crumbs"] });
  });

  test("names the items that are missing, also when nothing of them is left, and only what was not told before", () => {
    const paid = until("restaurant_accepted");
    expect(told("line_changed/1", [...paid, removed]).changes).toEqual([
      { missing: CAKE, instead: undefined, refund: EUR(2300) },
    ]);
    expect(told("line_changed/2", [...paid, removed, sent("line_changed/1"), removed]).changes).toHaveLength(1);
    expect(told("line_changed/2", [...paid, removed, removed]).changes).toHaveLength(2);
  });

  test("says which refund it is, and who cancelled", () => {
    const events = [
      ...until("payment_confirmed"),
      happened.cancelled("support"),
      happened.refunded("re_1", 500),
      happened.refunded("re_2", 2190),
    ];
    expect(told("refunded/2", events)).toMatchObject({ refund: EUR(2190), cancelledBy: "support" });
    expect(told("cancelled", events)).toMatchObject({ cancelledBy: "support" });
  });
});
