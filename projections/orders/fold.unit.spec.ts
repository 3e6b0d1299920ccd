import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import type { OrderEvent } from "../../domain/order/events.ts";
import { chained } from "../../test/fixtures/chained.ts";
import { anyOrderEvent, kinds } from "../../test/fixtures/order-arbitraries.ts";
import { EUR, happened, ORDER, until } from "../../test/fixtures/order-examples.ts";
import { foldBatch, type OrderRow } from "./fold.ts";
import { packMilestones, unpackMilestones } from "./milestones.ts";
import { orderView } from "./view.ts";

const log = (events: readonly OrderEvent[]): RecordedEvent[] => chained(`order-${ORDER}`, events);

const histories = fc
  .tuple(kinds, fc.array(anyOrderEvent, { maxLength: 25 }))
  .map(([chosen, events]) => log([happened.placed(...chosen), ...events]));

describe("folding a batch", () => {
  test("changes nothing by events that the rows have seen", () => {
    const events = log(until("ready"));
    const rows = foldBatch(new Map(), events).orders;
    const again = foldBatch(rows, events);
    expect([again.orders.size, again.placings.size]).toEqual([0, 0]);
  });

  test("leads to the same rows in batches of any size", () => {
    fc.assert(
      fc.property(histories, fc.integer({ min: 1, max: 7 }), (events, size) => {
        const rows = new Map<string, OrderRow>();
        for (let from = 0; from < events.length; from += size) {
          for (const [id, row] of foldBatch(rows, events.slice(from, from + size)).orders) rows.set(id, row);
        }
        expect(rows).toEqual(foldBatch(new Map(), events).orders);
      }),
    );
  });

  test("keeps what an order was placed with, once", () => {
    const [placed, ...others] = log(until("ready"));
    if (!placed) throw new Error("there is no placing");
    const first = foldBatch(new Map(), [placed]);
    expect(first.placings.get(ORDER)).toEqual({ eventId: placed.id, data: placed.data });
    expect(foldBatch(first.orders, others).placings.size).toBe(0);
  });

  test("shows an order as it is made in the end: by which site, with which lines", () => {
    const fold = (events: readonly OrderEvent[]) => {
      const folded = foldBatch(new Map(), log(events));
      const [row, placing] = [folded.orders.get(ORDER), folded.placings.get(ORDER)];
      if (!row || !placing) throw new Error("there is no order");
      return { row, laterSites: folded.laterSites, view: orderView({ ...row, placing }) };
    };
    const rerouted = fold([...until("restaurant_notified"), happened.givenBack(), happened.rerouted()]);
    expect(rerouted.view.fulfilments).toMatchObject([
      { fulfilmentId: "2.1", siteName: "Bakery North", lines: [{ sku: "carrot-cake", price: EUR(2300) }] },
    ]);
    expect(rerouted.view).toMatchObject({ status: "payment_confirmed", rejection: undefined, total: EUR(2690) });
    expect(rerouted.laterSites).toMatchObject([{ orderId: ORDER, siteId: "bakery-nord", city: "berlin" }]);

    const accepted = [...until("restaurant_accepted"), happened.missing()];
    expect(fold([...accepted, happened.substituted()]).view.fulfilments[0]?.lines).toMatchObject([
      { sku: "plum-cake", price: EUR(2000), insteadOf: "Carrot cake" },
    ]);
    expect(fold([...accepted, happened.lineRemoved()]).view.fulfilments[0]?.lines).toMatchObject([
      { sku: "carrot-cake", leftOut: true },
    ]);
  });

  test("keeps the reason of the first rejection", () => {
    const events = log([
      happened.placed("bakery", "restaurant"),
      happened.notified("1.1"),
      happened.rejected("too_busy", "1.1"),
      happened.rejected("no_answer", "1.2"),
    ]);
    expect(foldBatch(new Map(), events).orders.get(ORDER)?.rejection).toBe("too_busy");
  });

  test("makes no order of a stream that does not begin with its placing", () => {
    const folded = foldBatch(new Map(), log([happened.paid(), happened.accepted()]));
    expect([folded.placings.size, folded.orders.size]).toEqual([0, 0]);
  });
});

describe("the steps in an order's row", () => {
  const stepsOf = (events: readonly RecordedEvent[]) => {
    const row = foldBatch(new Map(), events).orders.get(ORDER);
    if (!row) throw new Error("there is no order");
    return row;
  };

  test("come back as they were", () => {
    fc.assert(
      fc.property(histories, (events) => {
        const { order, milestones } = stepsOf(events);
        expect(unpackMilestones(order, JSON.parse(packMilestones(order, milestones)))).toEqual(milestones);
      }),
    );
  });

  test("are short: those of a delivered order take less than 300 characters", () => {
    const { order, milestones } = stepsOf(log(until("delivered")));
    expect(milestones.length).toBeGreaterThan(15);
    expect(packMilestones(order, milestones).length).toBeLessThan(300);
  });
});
