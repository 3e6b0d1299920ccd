import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Actor, RecordedEvent } from "../../domain/chain/envelope.ts";
import type { OrderEvent } from "../../domain/order/events.ts";
import { evolve } from "../../domain/order/evolve.ts";
import type { OrderState } from "../../domain/order/state.ts";
import { asStored, type StoredEvent } from "../../projections/timeline/queries.ts";
import { chained, rehashed } from "../../test/fixtures/chained.ts";
import { anyOrderEvent, kinds } from "../../test/fixtures/order-arbitraries.ts";
import { CUSTOMER, happened, ORDER, until } from "../../test/fixtures/order-examples.ts";
import { tellTimeline } from "./timeline-entries.ts";

const STREAM = `order-${ORDER}`;

/** The events with other causes than a request, by revision. */
const stored = (events: readonly OrderEvent[], causes: Readonly<Record<number, string>> = {}): StoredEvent[] =>
  chained(STREAM, events).map((event, index) => {
    const cause = causes[index];
    return asStored(cause === undefined ? event : rehashed(event, { $causationId: cause }));
  });

const tell = (events: readonly StoredEvent[]) => tellTimeline(ORDER, events, () => true).entries;

describe("an entry of a timeline", () => {
  const paid = [happened.placed("bakery"), happened.reserved(), happened.processing(), happened.paid()];

  test("says how the order stood before and after, and what has changed", () => {
    const [placed, , , confirmed] = tell(stored(paid));
    expect(placed?.status).toEqual({ before: undefined, after: "placed" });
    expect(placed?.changes).toContainEqual({ what: "total", before: undefined, after: "26.90 EUR" });
    expect(confirmed?.status).toEqual({ before: "payment_processing", after: "payment_confirmed" });
    expect(confirmed?.changes).toEqual([
      { what: "status", before: "payment_processing", after: "payment_confirmed" },
      { what: "payment", before: "begun", after: "confirmed" },
      { what: "captured", before: undefined, after: "26.90 EUR" },
    ]);
  });

  test("that nobody can make anything of is told by its name, and what follows is told as ever", () => {
    const [placed, reserved, ...others] = chained(STREAM, [happened.placed("bakery"), ...paid.slice(1)]);
    const broken = [placed, { ...reserved, data: "{no json", metadata: undefined }, ...others] as RecordedEvent[]; // as somebody may store it
    const entries = tell(broken.map(asStored));
    expect(entries[1]).toMatchObject({ type: "stock.reserved", status: { before: "placed", after: "placed" } });
    expect(entries.at(-1)?.status.after).toBe("payment_confirmed");
  });

  test("says who did it and for whom, and how long after the step before", () => {
    const actor: Actor = { type: "admin", id: "a-1", onBehalfOf: CUSTOMER };
    const events = chained(STREAM, [
      { ...happened.placed("bakery"), actor, at: "2026-11-21T10:00:00.000Z" },
      { ...happened.reserved(), at: "2026-11-21T10:00:00.250Z" },
    ]);
    const [placed, reserved] = tell(events.map(asStored));
    expect([placed?.actor, placed?.sinceBeforeMs, reserved?.sinceBeforeMs]).toEqual([actor, undefined, 250]);
  });

  test("resolves its cause to a request, an event, a step of a process, or the course of the order", () => {
    const events = [...paid, happened.notified(), happened.rejected("no_answer")];
    const first = stored(events)[0]?.id ?? "";
    const entries = tell(
      stored(events, {
        1: STREAM,
        2: first,
        3: "payment.confirm/1",
        4: "restaurant.notify/1.1/1",
        5: "restaurant.answer-deadline/1.1",
      }),
    );
    expect(
      entries.map(({ cause: { kind, process, event, deadline } }) => [kind, process, event?.type, deadline]),
    ).toEqual([
      ["request", undefined, undefined, undefined],
      ["order", undefined, "order.placed", undefined],
      ["event", undefined, "order.placed", undefined],
      ["process", "payment", "payment.processing", undefined],
      ["process", "restaurant", "payment.confirmed", undefined],
      ["process", "restaurant", "restaurant.notified", true],
    ]);
  });

  test("shows a change wherever the domain's state has changed", () => {
    const histories = fc
      .tuple(kinds, fc.array(anyOrderEvent, { maxLength: 20 }))
      .map(([chosen, events]): OrderEvent[] => [happened.placed(...chosen), ...events]);
    fc.assert(
      fc.property(histories, (events) => {
        const entries = tell(stored(events));
        let state: OrderState;
        for (const [index, event] of events.entries()) {
          const before = JSON.stringify(state);
          state = evolve(state, event, entries[index]?.at ?? "");
          const { changes = [] } = entries[index] ?? {};
          if (JSON.stringify(state) !== before) expect([event, changes.length > 0]).toEqual([event, true]);
          else expect(changes).toEqual([]);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("is the same on every page", () => {
    const events = stored(until("delivered"));
    const whole = tell(events);
    const page = tellTimeline(ORDER, events, ({ revision }) => revision >= 5n && revision < 9n);
    expect(page.entries).toEqual(whole.slice(5, 9));
  });
});
