import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EVENT_TYPES } from "../../test/fixtures/event-types.ts";
import { anyOrderEvent, kinds } from "../../test/fixtures/order-arbitraries.ts";
import {
  AT,
  EUR,
  fold,
  fulfilmentAt,
  happened,
  OAT_MILK,
  orderOf,
  placedAt,
} from "../../test/fixtures/order-examples.ts";
import { commands, deadlines, facts, open, outcomeOf, run, steps } from "../../test/fixtures/order-steps.ts";
import { deepFreeze } from "../../test/given.ts";
import type { OrderEvent } from "./events.ts";
import { evolve } from "./evolve.ts";
import { isFinal, isReady, type Order, type OrderState, type OrderStatus, owedRefund, statusOf } from "./state.ts";

const END: readonly OrderStatus[] = ["out_of_stock", "payment_failed", "restaurant_rejected", "cancelled"];

/** Where an order may go from each status in one event; a status that is not named here is final. */
const EDGES: Partial<Record<OrderStatus, readonly OrderStatus[]>> = {
  placed: ["stock_reserved", ...END],
  stock_reserved: ["payment_processing", ...END],
  payment_processing: ["payment_confirmed", ...END],
  payment_confirmed: ["restaurant_notified", "cancelled", "restaurant_rejected"],
  // While another site is looked for, an order is paid and nobody makes it.
  restaurant_notified: ["restaurant_accepted", "payment_confirmed", "cancelled", "restaurant_rejected"],
  restaurant_accepted: ["preparing", "payment_confirmed", "cancelled", "restaurant_rejected"],
  // A courier who was found while the kitchen worked shows as soon as it is ready.
  preparing: ["ready", "driver_assigned", "payment_confirmed", "cancelled", "restaurant_rejected"],
  ready: ["driver_assigned", "cancelled"],
  // The courier may still decline.
  driver_assigned: ["picked_up", "ready", "cancelled"],
  picked_up: ["delivered"],
};

const placing = fc.tuple(kinds, fc.boolean()).map(([chosen, two]): OrderEvent => {
  const placed = chosen.map((kind, index) => fulfilmentAt(kind, `1.${index + 1}`));
  const data = placedAt(...placed.map((one) => (two ? { ...one, lines: [...one.lines, OAT_MILK] } : one)));
  return { type: "order.placed", data: { ...data, total: EUR(2690), subtotal: EUR(2300) } };
});
const stored = <State>(state: State): State => JSON.parse(JSON.stringify(state)); // as read models keep it

describe("whatever is asked and reported, in whatever order", () => {
  test("a status moves along the life of an order only, and an order that has ended stays so", () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(placing, steps, (placed, all) => {
        run(placed, all, (before, event, after) => {
          const [from, to] = [statusOf(before), statusOf(after)];
          if (from !== to) expect(EDGES[from] ?? [], `${from} → ${to} by ${event.type}`).toContain(to);
          if (isFinal(before)) expect([isFinal(after), to]).toEqual([true, from]);
          seen.add(`${from} → ${to}`);
        });
      }),
      { numRuns: 500, seed: 4 },
    );
    // Random steps that never came far would prove little.
    for (const step of [
      "driver_assigned → picked_up",
      "picked_up → delivered",
      "driver_assigned → ready",
      "ready → cancelled",
      "restaurant_notified → payment_confirmed",
    ])
      expect(seen).toContain(step);
  });

  test("money is never given back beyond what was captured, and is owed only for what is not made", () => {
    let refunds = 0;
    fc.assert(
      fc.property(placing, steps, (placed, all) => {
        run(placed, all, (_, event, { payment, ...after }) => {
          if (event.type === "payment.refunded") refunds++;
          expect(payment.refunded).toBeLessThanOrEqual(payment.captured);
          if (after.ended === undefined) {
            expect(owedRefund({ payment, ...after })).toBeLessThanOrEqual(payment.owedForLines);
          }
          if (after.ended && payment.captured > payment.refunded)
            expect(owedRefund({ payment, ...after })).toBeGreaterThan(0);
        });
      }),
      { numRuns: 300, seed: 5 },
    );
    expect(refunds).toBeGreaterThan(50);
  });

  test("nothing is cooked before it is paid, picked up before it is ready, or delivered before it is picked up", () => {
    const needs: Partial<Record<OrderEvent["type"], (before: Order) => boolean>> = {
      "restaurant.accepted": (order) => order.payment.confirmed && open(order),
      "kitchen.stage_started": (order) => order.payment.confirmed && open(order),
      "kitchen.ready": (order) => order.payment.confirmed && open(order),
      "order.picked_up": (order) => isReady(order) && order.courier.accepted && open(order),
      "order.delivered": (order) => order.pickedUp && open(order),
      "order.rerouted": (order) => order.payment.confirmed && open(order),
      "order.line_substituted": (order) => open(order) && !order.pickedUp,
      "order.line_removed": (order) => open(order) && !order.pickedUp,
      "order.cancelled": (order) => !order.pickedUp && open(order),
    };
    fc.assert(
      fc.property(placing, steps, (placed, all) => {
        run(placed, all, (before, event) => {
          expect(needs[event.type]?.(before) ?? true, `${event.type} while ${statusOf(before)}`).toBe(true);
        });
      }),
      { numRuns: 200 },
    );
  });

  test("what has been decided is not decided again", () => {
    fc.assert(
      fc.property(placing, steps, fc.array(commands, { maxLength: 30 }), (placed, all, more) => {
        let state: OrderState = fold(run(placed, all));
        for (const command of more) {
          const order = state ?? expect.fail("the order is gone");
          const decided = outcomeOf(command, order);
          if (decided.length === 0) continue;
          state = fold(decided, order);
          // Recalling a station that was completed again is new work; everything else is done once.
          expect(state && outcomeOf(command, state)).toEqual([]);
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe("folding", () => {
  const anyEvents = fc.array(anyOrderEvent, { maxLength: 60, size: "max" });
  const someEvents = fc.oneof(
    anyEvents,
    fc.tuple(placing, anyEvents).map(([first, rest]) => [first, ...rest]),
  );

  test("accepts every fact in every state, also unknown ones, and never touches what it is given", () => {
    const folded = new Set<string>();
    fc.assert(
      fc.property(someEvents, (events) => {
        let state: OrderState;
        for (const event of deepFreeze(events)) {
          state = deepFreeze(evolve(state, event, AT));
          if (!state) continue;
          folded.add(event.type);
          expect(statusOf(state)).toBeTypeOf("string");
          expect(owedRefund(state)).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns: 300, seed: 6 },
    );
    for (const type of EVENT_TYPES.order) expect(folded).toContain(type);
    expect(folded).toContain("later.invented");
  });

  test("gives the same in any batching, with the state kept as JSON between the batches", () => {
    fc.assert(
      fc.property(someEvents, fc.array(fc.nat({ max: 60 }), { maxLength: 6 }), (events, cuts) => {
        let state: OrderState;
        let start = 0;
        for (const end of [...cuts.toSorted((a, b) => a - b), events.length]) {
          state = fold(events.slice(start, end), state);
          start = Math.max(start, Math.min(end, events.length));
          if (state) state = stored(state);
        }
        const whole = fold(events);
        expect(state).toEqual(whole && stored(whole));
        expect(state && statusOf(state)).toBe(whole && statusOf(whole));
      }),
      { numRuns: 200 },
    );
  });

  test("once an order is final no fact makes it otherwise", () => {
    fc.assert(
      fc.property(someEvents, (events) => {
        let final = false;
        let state: OrderState;
        for (const event of events) {
          state = evolve(state, event, AT);
          if (final) expect(state && isFinal(state)).toBe(true);
          final = state !== undefined && isFinal(state);
        }
      }),
      { numRuns: 200 },
    );
  });

  test("decides the same from a state that was kept as JSON", () => {
    fc.assert(
      fc.property(placing, steps, fc.oneof(commands, facts, deadlines), (placed, all, step) => {
        const order = orderOf(run(placed, all));
        expect(outcomeOf(step, stored(order))).toEqual(outcomeOf(step, order));
      }),
      { numRuns: 150 },
    );
  });
});

test("a refund reported twice counts once, whatever lies between", () => {
  const early = [happened.placed("bakery"), happened.reserved(), happened.processing(), happened.paid()];
  fc.assert(
    fc.property(fc.array(fc.constantFrom("re_1", "re_2", "re_3"), { minLength: 1, maxLength: 8 }), (reports) => {
      const order = orderOf([...early, happened.cancelled(), ...reports.map((id) => happened.refunded(id, 500))]);
      expect(order.payment.refunded).toBe(EUR(500).amount * new Set(reports).size);
    }),
  );
});
