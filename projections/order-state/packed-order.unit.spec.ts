import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { OrderEvent } from "../../domain/order/events.ts";
import { evolve } from "../../domain/order/evolve.ts";
import type { Order, OrderState } from "../../domain/order/state.ts";
import { anyOrderEvent, kinds } from "../../test/fixtures/order-arbitraries.ts";
import { AT, happened, orderOf, until } from "../../test/fixtures/order-examples.ts";
import { packOrder, unpackOrder } from "./packed-order.ts";

const throughItsRow = (order: Order): Order => unpackOrder(order, JSON.parse(packOrder(order)));
const withoutLines = (order: Order) => ({
  ...order,
  fulfilments: order.fulfilments.map((fulfilment) => ({ ...fulfilment, lines: [] })),
});

const histories = fc
  .tuple(kinds, fc.array(anyOrderEvent, { maxLength: 25 }))
  .map(([chosen, events]): OrderEvent[] => [happened.placed(...chosen), ...events]);

describe("the state in an order's row", () => {
  test("holds everything of the order but its lines", () => {
    fc.assert(
      fc.property(histories, (events) => {
        const order = orderOf(events);
        expect(throughItsRow(order)).toEqual(withoutLines(order));
      }),
    );
  });

  test("is the same text wherever the events were cut into batches", () => {
    fc.assert(
      fc.property(histories, fc.array(fc.nat({ max: 25 }), { maxLength: 6 }), (events, cuts) => {
        let cut: OrderState;
        for (const [index, event] of events.entries()) {
          cut = evolve(cut, event, AT);
          if (cut && cuts.includes(index)) cut = throughItsRow(cut);
        }
        expect(cut && packOrder(cut)).toBe(packOrder(orderOf(events)));
      }),
    );
  });

  test("is short: a delivered order takes less than a kilobyte", () => {
    expect(packOrder(orderOf(until("delivered"))).length).toBeLessThan(1_000);
  });
});
