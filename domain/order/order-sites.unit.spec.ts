import { describe, expect, test } from "vitest";
import {
  EUR,
  fold,
  fulfilmentAt,
  happened,
  OAT_MILK,
  orderOf,
  PLUM_CAKE,
  placedAt,
  until,
  worked,
} from "../../test/fixtures/order-examples.ts";
import { specify } from "../../test/given.ts";
import { decide, type OrderDecision } from "./decide.ts";
import type { OrderEvent, OrderLine } from "./events.ts";
import { noAnswer, outOfStock, record } from "./facts.ts";
import { replaceItem, reroute } from "./sites.ts";
import { isFinal, type OrderState, owedRefund, statusOf } from "./state.ts";

type Ask = (state: OrderState) => readonly OrderDecision[];
const asked = specify({ fold, decide: (ask: Ask, state: OrderState) => ask(state) });
const command = specify({ fold, decide });

const fulfilmentId = "1.1";
const promisedAt = "2026-11-21T11:15:00.000Z";
const { fulfilmentId: _, ...made } = { ...fulfilmentAt("bakery"), siteId: "bakery-nord", name: "Bakery North" };
const found = { made, promisedAt };
const NOTIFIED = until("restaurant_notified");
const GIVEN_BACK = [...NOTIFIED, happened.givenBack()];

/** An accepted order of two lines: carrot cake at 23.00, oat milk at 2.90. */
const TWO_LINES: readonly OrderEvent[] = [
  {
    type: "order.placed",
    data: placedAt({ ...fulfilmentAt("bakery"), lines: [...fulfilmentAt("bakery").lines, OAT_MILK] }),
  },
  ...until("restaurant_accepted").slice(1),
];
const plums: OrderLine = { ...PLUM_CAKE, quantity: { amount: 2, unit: "each" } };

describe("an order that its site has given back", () => {
  test("is open, paid, and made by nobody until another site was found", () => {
    const order = orderOf(GIVEN_BACK);
    expect([statusOf(order), isFinal(order), owedRefund(order)]).toEqual(["payment_confirmed", false, 0]);
  });

  test("goes to the site that was found, under a plan of its own, for the same price", () => {
    asked(GIVEN_BACK)
      .when((state) => reroute(state, fulfilmentId, found))
      .then([
        {
          type: "order.rerouted",
          data: { fulfilmentId, reason: "too_busy", fulfilments: [{ ...made, fulfilmentId: "2.1" }], promisedAt },
        },
      ]);
    const order = orderOf([...GIVEN_BACK, happened.rerouted()]);
    expect(order.total).toEqual(EUR(2690));
    expect(order.delivery.promisedAt).toBe(promisedAt);
    expect(order.fulfilments.map((f) => [f.fulfilmentId, f.replaced, f.reserved])).toEqual([
      ["1.1", true, true],
      ["2.1", false, false],
    ]);
  });

  test("ends where there is no other site, and what was paid is owed back", () => {
    asked(GIVEN_BACK)
      .when((state) => reroute(state, fulfilmentId, undefined))
      .then([{ type: "restaurant.rejected", data: { fulfilmentId, reason: "too_busy", alternative: "none" } }]);
    const none: OrderEvent = {
      type: "restaurant.rejected",
      data: { fulfilmentId, reason: "too_busy", alternative: "none" },
    };
    const order = orderOf([...GIVEN_BACK, none]);
    expect([statusOf(order), owedRefund(order)]).toEqual(["restaurant_rejected", 2690]);
  });

  test("is rerouted once, and not when it was cancelled meanwhile", () => {
    asked([...GIVEN_BACK, happened.rerouted()])
      .when((state) => reroute(state, fulfilmentId, found))
      .then([]);
    asked([...GIVEN_BACK, happened.cancelled()])
      .when((state) => reroute(state, fulfilmentId, found))
      .then([]);
    asked(NOTIFIED)
      .when((state) => reroute(state, fulfilmentId, found))
      .then([]);
  });

  test("is not offered to a fifth site", () => {
    const times = (count: number): OrderEvent[] => [
      ...NOTIFIED,
      ...Array.from({ length: count }, (_, n) => [
        happened.givenBack("too_busy", `${n + 1}.1`),
        happened.rerouted(`${n + 1}.1`, `${n + 2}.1`),
        happened.reserved(`${n + 2}.1`),
        happened.notified(`${n + 2}.1`),
      ]).flat(),
    ];
    const rejected = (id: string, alternative: "sought" | "none"): OrderEvent => ({
      type: "restaurant.rejected",
      data: { fulfilmentId: id, reason: "closed", alternative },
    });
    command(times(2))
      .when({ type: "reject", fulfilmentId: "3.1", reason: "closed" })
      .then([rejected("3.1", "sought")]);
    command(times(3))
      .when({ type: "reject", fulfilmentId: "4.1", reason: "closed" })
      .then([rejected("4.1", "none")]);
  });

  test("lets its courier go, and looks for one anew when the next site has accepted", () => {
    const withCourier = [...until("restaurant_accepted"), happened.assigned(), happened.driverAccepted()];
    const order = orderOf([...withCourier, happened.givenBack()]);
    expect(order.courier).toMatchObject({ courierId: undefined, accepted: false, attempt: 1 });
    expect([order.courier.assignments.length, order.acceptedAt]).toEqual([1, undefined]);
  });

  test("that was never paid has no other site looked for", () => {
    const data = { fulfilmentId, reason: "too_busy" };
    command(until("stock_reserved"))
      .when({ type: "reject", fulfilmentId, reason: "too_busy" })
      .then([{ type: "restaurant.rejected", data }]);
  });

  test("cannot be rejected or missed by the same site again", () => {
    command(GIVEN_BACK).when({ type: "reject", fulfilmentId, reason: "too_busy" }).then([]);
    command(GIVEN_BACK).when({ type: "accept", fulfilmentId }).refuses("fulfilment_rejected");
    asked(GIVEN_BACK)
      .when((state) => noAnswer(state, fulfilmentId))
      .then([]);
  });

  test("goes on to the next site when the ledger of the one that was found has nothing left", () => {
    const data = { fulfilmentId: "2.1", missing: [], ledgerAsked: true };
    asked([...GIVEN_BACK, happened.rerouted()])
      .when((state) => outOfStock(state, data))
      .then([happened.givenBack("item_unavailable", "2.1")]);
  });
});

describe("an item that is missing at the site", () => {
  const report = { type: "report_missing", fulfilmentId, sku: "carrot-cake" } as const;
  const MISSING = [...TWO_LINES, happened.missing()];
  const ONLY_LINE = [...until("restaurant_accepted"), happened.missing()];

  test("is reported by the site that has accepted, once, until the order is ready", () => {
    command(TWO_LINES).when(report).then([happened.missing()]);
    command(MISSING).when(report).then([]);
    command(NOTIFIED).when(report).refuses("fulfilment_not_accepted");
    command(until("ready")).when(report).refuses("station_done");
    command(TWO_LINES)
      .when({ ...report, sku: "lasagne" })
      .refuses("item_unknown");
  });

  test("keeps the order from being ready until it is decided what becomes of it", () => {
    const done = worked("bakery");
    const ready = { type: "ready", fulfilmentId } as const;
    command([...MISSING, ...done])
      .when(ready)
      .refuses("items_undecided");
    command([...MISSING, ...done, happened.lineRemoved()])
      .when(ready)
      .then([happened.ready()]);
    const substituted = [...MISSING, ...done, happened.substituted()];
    command(substituted).when(ready).refuses("items_undecided");
    command([...substituted, happened.reserved("2.1")])
      .when(ready)
      .then([happened.ready()]);
  });

  test("is made with a substitute under a reservation of its own, and the difference is given back", () => {
    asked(MISSING)
      .when((state) => replaceItem(state, fulfilmentId, "carrot-cake", plums))
      .then([happened.substituted()]);
    const order = orderOf([...MISSING, happened.substituted()]);
    expect(order.fulfilments[0]?.lines.map(({ sku }) => sku)).toEqual(["plum-cake", "oat-milk"]);
    expect([owedRefund(order), isFinal(order)]).toEqual([300, false]);
  });

  test("is left out without one, and its price is given back", () => {
    asked(MISSING)
      .when((state) => replaceItem(state, fulfilmentId, "carrot-cake", undefined))
      .then([happened.lineRemoved()]);
    const order = orderOf([...MISSING, happened.lineRemoved()]);
    expect(order.fulfilments[0]?.lines.map(({ sku }) => sku)).toEqual(["oat-milk"]);
    expect([owedRefund(order), isFinal(order)]).toEqual([2300, false]);
  });

  test("that was all there was to make sends the order to another site", () => {
    asked(ONLY_LINE)
      .when((state) => replaceItem(state, fulfilmentId, "carrot-cake", undefined))
      .then([happened.givenBack("item_unavailable")]);
  });

  test("is decided about once", () => {
    asked([...MISSING, happened.lineRemoved()])
      .when((state) => replaceItem(state, fulfilmentId, "carrot-cake", plums))
      .then([]);
    asked([...MISSING, happened.cancelled()])
      .when((state) => replaceItem(state, fulfilmentId, "carrot-cake", plums))
      .then([]);
  });

  test("and its substitute too: that is missing in turn, and given back with its own price", () => {
    const substituted = [...MISSING, happened.substituted()];
    const data = { fulfilmentId: "2.1", missing: [], ledgerAsked: true };
    asked(substituted)
      .when((state) => outOfStock(state, data))
      .then([happened.missing("plum-cake")]);
    asked([...substituted, happened.reserved("2.1")])
      .when((state) => outOfStock(state, data))
      .then([]);
    const without = [...substituted, happened.missing("plum-cake")];
    asked(without)
      .when((state) => replaceItem(state, fulfilmentId, "plum-cake", undefined))
      .then([happened.lineRemoved("plum-cake", "1.1", 2_000)]);
    expect(owedRefund(orderOf([...without, happened.lineRemoved("plum-cake", "1.1", 2_000)]))).toBe(2_300);
  });

  test("has its substitute's reservation recorded once", () => {
    const substituted = [...MISSING, happened.substituted()];
    asked(substituted)
      .when((state) => record(state, happened.reserved("2.1")))
      .then([happened.reserved("2.1")]);
    asked([...substituted, happened.reserved("2.1")])
      .when((state) => record(state, happened.reserved("2.1")))
      .then([]);
  });
});
