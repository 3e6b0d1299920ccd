import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import type { OrderEvent } from "../../domain/order/events.ts";
import { chained } from "../../test/fixtures/chained.ts";
import { anyOrderEvent, kinds } from "../../test/fixtures/order-arbitraries.ts";
import { AT, happened, ORDER, until, worked } from "../../test/fixtures/order-examples.ts";
import { foldBatch, type KitchenOrder } from "./fold.ts";
import { kitchenProjection } from "./projection.ts";
import { ticketView } from "./ticket-view.ts";

const log = (events: readonly OrderEvent[]): RecordedEvent[] => chained(`order-${ORDER}`, events);

/** The ticket of fulfilment 1.1 as it is after these events, all in one batch. */
const ticketAfter = (...events: readonly OrderEvent[]) =>
  foldBatch(new Map(), log(events)).tickets.find(({ fulfilmentId }) => fulfilmentId === "1.1");

const NOTIFIED = until("restaurant_notified");

describe("a ticket", () => {
  test("is none before the site was notified, and new from then on", () => {
    expect(ticketAfter(...until("payment_confirmed"))).toBeUndefined();
    expect(ticketAfter(...NOTIFIED)).toMatchObject({ status: "new", shownUntil: "infinity" });
  });

  test.each([
    ["accepted", [happened.accepted()]],
    ["working", [happened.accepted(), happened.started("preparation")]],
    ["ready", [happened.accepted(), ...worked("bakery"), happened.ready()]],
    ["rejected", [happened.rejected()]],
    ["cancelled", [happened.cancelled()]],
    ["done", [happened.accepted(), happened.ready(), happened.assigned(), happened.pickedUp()]],
  ] as const)("is %s when the order is that far", (status, events) => {
    expect(ticketAfter(...NOTIFIED, ...events)).toMatchObject({ status });
  });

  test("stays on the display for 30 minutes after its order was cancelled", () => {
    const events = log([...NOTIFIED, happened.cancelled()]);
    const ticket = foldBatch(new Map(), events).tickets[0];
    const at = Date.parse(events.at(-1)?.metadata.at ?? "");
    expect(ticket?.shownUntil).toBe(new Date(at + 30 * 60_000).toISOString());
  });

  test("leaves the display when it is done or rejected", () => {
    expect(ticketAfter(...NOTIFIED, happened.rejected())?.shownUntil).toBeUndefined();
    expect(ticketAfter(...until("delivered"))?.shownUntil).toBeUndefined();
  });

  test("keeps the time at which it was received, whatever happens later in the batch", () => {
    const events = log([...NOTIFIED, happened.accepted(), happened.started("preparation")]);
    const notified = events.find(({ type }) => type === "restaurant.notified");
    expect(foldBatch(new Map(), events).tickets[0]?.receivedAt).toBe(notified?.metadata.at);
  });

  test("does not change by events that a cook does not see", () => {
    const before = log(NOTIFIED);
    const rows = foldBatch(new Map(), before).orders;
    const unseen = log([...NOTIFIED, happened.notificationFailed(), happened.refunded()]).slice(before.length);
    expect(foldBatch(rows, unseen).tickets).toEqual([]);
  });

  test("is told anew when its order was set aside and redriven", () => {
    const redriven = { type: "processing.redriven", data: {} } as unknown as OrderEvent;
    const events = log([...NOTIFIED, redriven]);
    expect(foldBatch(new Map(), events).tickets[0]?.version).toBe(events.at(-1)?.position.commit);
  });

  test("of another site of the same order is cancelled when one site rejects", () => {
    const events = log([
      happened.placed("bakery", "restaurant"),
      happened.notified("1.1"),
      happened.notified("1.2"),
      happened.rejected("too_busy", "1.2"),
    ]);
    const statuses = foldBatch(new Map(), events).tickets.map(({ siteId, status }) => [siteId, status]);
    expect(statuses).toEqual([
      ["bakery-mitte", "cancelled"],
      ["restaurant-mitte", "rejected"],
    ]);
  });
});

describe("the parts of a split order", () => {
  const split = [happened.placed("bakery", "restaurant"), happened.notified("1.1"), happened.notified("1.2")];

  test("are told to each other's kitchens, and change no time there", () => {
    const before = log(split);
    const rows = foldBatch(new Map(), before);
    const next = log([...split, happened.accepted("1.2"), happened.started("cooking", "1.2")]).slice(before.length);
    const folded = foldBatch(rows.orders, next);
    const [bakery, restaurant] = folded.tickets;
    expect(folded.tickets.map(({ siteId }) => siteId)).toEqual(["bakery-mitte", "restaurant-mitte"]);
    expect(bakery?.changedAt).toBe(rows.tickets[0]?.changedAt);
    expect(restaurant?.changedAt).toBe(next.at(-1)?.metadata.at);
    const [row, placing] = [folded.orders.get(ORDER), rows.placings.get(ORDER)];
    if (!row || !placing || !bakery) throw new Error("there is no order");
    expect(ticketView(row, "1.1", placing, bakery)?.alsoAt).toEqual([
      {
        fulfilmentId: "1.2",
        siteId: "restaurant-mitte",
        siteName: "Sweet Crumbs",
        status: "working",
        started: ["cooking"],
        completed: [],
      },
    ]);
  });
});

describe("an order that is made otherwise in the end", () => {
  const shown = (events: readonly OrderEvent[], fulfilmentId: string) => {
    const folded = foldBatch(new Map(), log(events));
    const [row, placing] = [folded.orders.get(ORDER), folded.placings.get(ORDER)];
    if (!row || !placing) throw new Error("there is no order");
    return ticketView(row, fulfilmentId, placing, { receivedAt: AT, changedAt: AT });
  };
  const note = { kid: "k", alg: "A256GCM", iv: "iv", ct: "ct" } as const;

  test("is shown to the site that makes it now with its lines, their notes as they were sealed anew", () => {
    const moved = happened.rerouted();
    if (moved.type !== "order.rerouted") throw new Error("it is not rerouted");
    const [made] = moved.data.fulfilments;
    const fulfilments = made ? [{ ...made, lines: made.lines.map((line) => ({ ...line, note })) }] : [];
    const rerouted: OrderEvent = { type: "order.rerouted", data: { ...moved.data, fulfilments } };
    const given = [...until("restaurant_notified"), happened.givenBack(), rerouted];
    const events = [...given, happened.reserved("2.1"), happened.notified("2.1")];
    const ticket = shown(events, "2.1");
    expect(ticket).toMatchObject({ siteId: "bakery-nord", status: "new", alsoAt: undefined });
    expect(ticket).toMatchObject({ takenFrom: "Sweet Crumbs", givenTo: undefined });
    expect(ticket?.lines[0]).toMatchObject({
      sku: "carrot-cake",
      sealedNote: { eventId: log(events)[given.length - 1]?.id, sealed: note },
    });
    expect(shown(events, "1.1")).toMatchObject({ status: "rejected", takenFrom: undefined, givenTo: "Bakery North" });
  });

  test("is cancelled, and not only gone, for a site that never turned it down itself", () => {
    expect(shown([...until("restaurant_notified"), happened.givenBack("no_answer")], "1.1")?.status).toBe("cancelled");
  });

  test("shows what is missing, what takes its place, and what is left out, each as a change", () => {
    const accepted = until("restaurant_accepted");
    const missing = [...accepted, happened.missing()];
    const lineOf = (events: readonly OrderEvent[]) => shown(events, "1.1")?.lines[0];
    expect(lineOf(missing)).toMatchObject({ sku: "carrot-cake", state: "missing" });
    expect(lineOf([...missing, happened.substituted()])).toMatchObject({
      sku: "plum-cake",
      state: undefined,
      insteadOf: "Carrot cake",
    });
    expect(lineOf([...missing, happened.lineRemoved()])).toMatchObject({ sku: "carrot-cake", state: "left_out" });
    for (const last of [happened.missing(), happened.substituted()]) {
      const events = log(last.type === "kitchen.item_unavailable" ? missing : [...missing, last]);
      const before = foldBatch(new Map(), events.slice(0, -1));
      expect(foldBatch(before.orders, events.slice(-1)).tickets).toHaveLength(1);
    }
  });
});

describe("folding a batch", () => {
  test("changes nothing by events that the rows have seen", () => {
    const events = log(until("ready"));
    const rows = foldBatch(new Map(), events).orders;
    const again = foldBatch(rows, events);
    expect([again.orders.size, again.tickets.length, again.placings.size]).toEqual([0, 0, 0]);
  });

  test("leads to the same rows and tickets in batches of any size", () => {
    const events = log(until("delivered"));
    const whole = foldBatch(new Map(), events);
    for (const size of [1, 2, 3, 7]) {
      const rows = new Map<string, KitchenOrder>();
      const tickets = new Map<string, unknown>();
      for (let from = 0; from < events.length; from += size) {
        const folded = foldBatch(rows, events.slice(from, from + size));
        for (const [id, row] of folded.orders) rows.set(id, row);
        for (const ticket of folded.tickets) tickets.set(ticket.fulfilmentId, ticket);
      }
      expect(rows).toEqual(whole.orders);
      expect([...tickets.values()]).toEqual(whole.tickets);
    }
  });

  test("leads to the same tickets without the events that kitchens do not handle", () => {
    const histories = fc
      .tuple(kinds, fc.array(anyOrderEvent, { maxLength: 25 }))
      .map(([chosen, events]) => log([happened.placed(...chosen), ...events]));
    fc.assert(
      fc.property(histories, (events) => {
        const handled = events.filter(({ type }) => kitchenProjection.handles(type));
        expect(foldBatch(new Map(), handled).tickets).toEqual(foldBatch(new Map(), events).tickets);
      }),
    );
  });

  test("makes no tickets of a stream that does not begin with its placing", () => {
    const folded = foldBatch(new Map(), log([happened.paid(), happened.accepted()]));
    expect([folded.tickets.length, folded.orders.size]).toEqual([0, 0]);
  });
});
