import { describe, expect, test } from "vitest";
import {
  COURIER,
  fold,
  fulfilmentAt,
  happened,
  life,
  orderOf,
  placedAt,
  until,
  worked,
} from "../../test/fixtures/order-examples.ts";
import { specify } from "../../test/given.ts";
import { Personal } from "../chain/personal.ts";
import { STATIONS } from "../site/site.ts";
import { decide, type OrderCommand } from "./decide.ts";
import type { SiteKind } from "./events.ts";
import { isFinal, statusOf } from "./state.ts";

const given = specify({ fold, decide });
const KINDS: readonly SiteKind[] = ["bakery", "restaurant", "dark_store", "warehouse"];
const fulfilmentId = "1.1";

describe.each(KINDS)("an order at a %s", (kind) => {
  test.each(life(kind).map(([status]) => status))("shows that it is %s once that has happened", (status) => {
    expect(statusOf(orderOf(until(status, kind)))).toBe(status);
  });

  test("goes through every station on the way, each started and completed once", () => {
    let events = until("restaurant_accepted", kind);
    for (const stage of STATIONS[kind]) {
      given(events).when({ type: "complete_station", fulfilmentId, stage }).refuses("station_not_started");
      given(events).when({ type: "ready", fulfilmentId }).refuses("stations_incomplete");
      given(events)
        .when({ type: "start_station", fulfilmentId, stage })
        .then([happened.started(stage)]);
      events = [...events, happened.started(stage)];
      given(events).when({ type: "start_station", fulfilmentId, stage }).then([]);
      given(events)
        .when({ type: "complete_station", fulfilmentId, stage })
        .then([happened.completed(stage)]);
      events = [...events, happened.completed(stage)];
      given(events).when({ type: "complete_station", fulfilmentId, stage }).then([]);
      given(events).when({ type: "start_station", fulfilmentId, stage }).refuses("station_done");
    }
    given(events).when({ type: "ready", fulfilmentId }).then([happened.ready()]);
    given([...events, happened.ready()])
      .when({ type: "ready", fulfilmentId })
      .then([]);
  });

  test("is final when it is delivered, and not before", () => {
    for (const [status] of life(kind)) {
      expect([status, isFinal(orderOf(until(status, kind)))]).toEqual([status, status === "delivered"]);
    }
  });
});

describe("placing", () => {
  const placed = placedAt(fulfilmentAt("bakery"), fulfilmentAt("restaurant", "1.2"));
  const system = { type: "system", id: "order" };

  test("records the order before anything else is tried", () => {
    given([])
      .when({ type: "place", placed, outcome: { kind: "open" } })
      .then([{ type: "order.placed", data: placed }]);
  });

  test("of what is sold out is recorded together with its end, and the ledger has nothing to release", () => {
    const missing = [{ sku: "carrot-cake", asked: 2, available: 0 }];
    const end = {
      type: "order.out_of_stock",
      data: { fulfilmentId, missing, ledgerAsked: false },
      actor: system,
    } as const;
    given([])
      .when({ type: "place", placed, outcome: { kind: "sold_out", fulfilmentId, missing } })
      .then([
        { type: "order.placed", data: placed },
        { ...end, actor: { type: "system", id: "order" } },
      ]);
    const order = orderOf([{ type: "order.placed", data: placed }, end]);
    expect([statusOf(order), order.ledgerAsked, order.missing]).toEqual(["out_of_stock", false, missing]);
  });

  test("at a closed site is recorded and rejected by the system, every fulfilment of it", () => {
    const rejected = (id: string) =>
      ({
        type: "restaurant.rejected",
        data: { fulfilmentId: id, reason: "auto_rejected_closing_time" },
        actor: { type: "system", id: "order" },
      }) as const;
    given([])
      .when({ type: "place", placed, outcome: { kind: "closed" } })
      .then([{ type: "order.placed", data: placed }, rejected("1.1"), rejected("1.2")]);
    const order = orderOf([{ type: "order.placed", data: placed }, rejected("1.1"), rejected("1.2")]);
    expect([statusOf(order), isFinal(order)]).toEqual(["restaurant_rejected", true]);
  });

  test("twice places once, however the second try would turn out", () => {
    for (const outcome of [{ kind: "open" }, { kind: "closed" }] as const) {
      given([happened.placed("bakery")])
        .when({ type: "place", placed, outcome })
        .then([]);
    }
  });

  test("nothing can be asked of an order that was never placed", () => {
    for (const command of everyCommand) given([]).when(command).refuses("order_not_found");
  });
});

const everyCommand: readonly Exclude<OrderCommand, { type: "place" }>[] = [
  { type: "cancel", by: "support" },
  { type: "accept", fulfilmentId },
  { type: "reject", fulfilmentId, reason: "too_busy" },
  { type: "start_station", fulfilmentId, stage: "baking" },
  { type: "complete_station", fulfilmentId, stage: "baking" },
  { type: "recall_station", fulfilmentId, stage: "baking" },
  { type: "ready", fulfilmentId },
  { type: "accept_delivery", courierId: COURIER },
  { type: "decline_delivery", courierId: COURIER },
  { type: "arrive", courierId: COURIER },
  { type: "pick_up", courierId: COURIER },
  { type: "deliver", courierId: COURIER },
];

describe("an order that has ended", () => {
  const ends = {
    delivered: until("delivered"),
    cancelled: [...until("restaurant_notified"), happened.cancelled()],
    "out of stock": [...until("placed"), happened.outOfStock()],
    "not paid": [...until("payment_processing"), happened.paymentFailed()],
  };
  for (const [end, events] of Object.entries(ends)) {
    test.each(everyCommand.map((command) => [command.type, command] as const))(
      `because it is ${end} refuses to %s, or has done it already`,
      (type, command) => {
        const done =
          (end === "delivered" && type === "deliver") || (end === "cancelled" && type === "cancel") ? true : undefined;
        if (done) given(events).when(command).then([]);
        else given(events).when(command).refuses("order_final");
      },
    );
  }

  test.each(everyCommand.map((command) => [command.type, command] as const))(
    "because its only site rejected it refuses to %s, or has done it already",
    (type, command) => {
      const rejected = given([...until("restaurant_notified"), happened.rejected()]).when(command);
      if (type === "reject") rejected.then([]);
      else rejected.refuses("fulfilmentId" in command ? "fulfilment_rejected" : "order_final");
    },
  );
});

describe("the site's answer", () => {
  test("is awaited once the order was paid and sent to it", () => {
    const unsent = ["placed", "stock_reserved", "payment_processing", "payment_confirmed"] as const;
    for (const status of unsent) {
      given(until(status)).when({ type: "accept", fulfilmentId }).refuses("fulfilment_not_notified");
    }
    given(until("restaurant_notified")).when({ type: "accept", fulfilmentId }).then([happened.accepted()]);
    given(until("restaurant_accepted")).when({ type: "accept", fulfilmentId }).then([]);
  });

  test("may be a rejection until a station has started", () => {
    const reject: OrderCommand = { type: "reject", fulfilmentId, reason: "too_busy" };
    for (const status of ["restaurant_notified", "restaurant_accepted"] as const) {
      given(until(status)).when(reject).then([happened.givenBack()]);
    }
    for (const status of ["preparing", "ready", "driver_assigned", "picked_up"] as const) {
      given(until(status)).when(reject).refuses("cancel_too_late");
    }
  });

  test("cannot be a rejection of what is ready, also at a site without stations", () => {
    const bare = { ...fulfilmentAt("dark_store"), stations: [] };
    const events = [
      { type: "order.placed", data: placedAt(bare) } as const,
      ...[happened.reserved(), happened.processing(), happened.paid(), happened.notified(), happened.accepted()],
    ];
    given(events).when({ type: "ready", fulfilmentId }).then([happened.ready()]);
    given([...events, happened.ready()])
      .when({ type: "reject", fulfilmentId, reason: "too_busy" })
      .refuses("cancel_too_late");
  });

  test("for a fulfilment that the order does not have is refused", () => {
    for (const command of everyCommand) {
      if (!("fulfilmentId" in command)) continue;
      given(until("preparing"))
        .when({ ...command, fulfilmentId: "2.1" })
        .refuses("fulfilment_unknown");
    }
  });
});

describe("work in the kitchen", () => {
  test("begins only after the site has accepted", () => {
    const stage = "preparation";
    for (const type of ["start_station", "complete_station", "recall_station"] as const) {
      given(until("restaurant_notified")).when({ type, fulfilmentId, stage }).refuses("fulfilment_not_accepted");
    }
    given(until("restaurant_notified")).when({ type: "ready", fulfilmentId }).refuses("fulfilment_not_accepted");
  });

  test("knows the stations of its own site only", () => {
    for (const type of ["start_station", "complete_station", "recall_station"] as const) {
      given(until("preparing")).when({ type, fulfilmentId, stage: "cooking" }).refuses("station_unknown");
    }
  });

  test("comes back to a station that is recalled, and must be completed there again", () => {
    const events = [...until("restaurant_accepted"), ...worked("bakery")];
    const recall: OrderCommand = { type: "recall_station", fulfilmentId, stage: "baking" };
    given(events)
      .when(recall)
      .then([happened.recalled("baking")]);
    const recalled = [...events, happened.recalled("baking")];
    given(recalled).when(recall).then([]);
    given(recalled).when({ type: "ready", fulfilmentId }).refuses("stations_incomplete");
    given(recalled)
      .when({ type: "complete_station", fulfilmentId, stage: "baking" })
      .then([happened.completed("baking")]);
    expect(statusOf(orderOf(recalled))).toBe("preparing");
  });

  test("that was recalled is not ready, whatever was said before", () => {
    const order = orderOf([...until("ready"), happened.recalled("packaging")]);
    expect([statusOf(order), order.fulfilments[0]?.ready]).toEqual(["preparing", false]);
  });

  test("is not taken up again once the order is ready, for its goods are consumed", () => {
    const recall: OrderCommand = { type: "recall_station", fulfilmentId, stage: "packaging" };
    given(until("ready")).when(recall).refuses("station_done");
    given(until("picked_up")).when(recall).refuses("cancel_too_late");
  });
});

describe("an order of two fulfilments", () => {
  const paid = [happened.placed("bakery", "dark_store"), happened.reserved(), happened.reserved("1.2")];
  const notified = [...paid, happened.processing(), happened.paid(), happened.notified(), happened.notified("1.2")];
  const accepted = [...notified, happened.accepted(), happened.accepted("1.2")];
  const oneReady = [...accepted, ...worked("bakery"), happened.ready()];
  const bothReady = [...oneReady, ...worked("dark_store", "1.2"), happened.ready("1.2")];

  test.each([
    ["placed", "one has its stock", paid.slice(0, 2)],
    ["stock_reserved", "both have their stock", paid],
    ["payment_confirmed", "one site is notified", notified.slice(0, -1)],
    ["restaurant_notified", "one site has accepted", accepted.slice(0, -1)],
    ["restaurant_accepted", "one kitchen works", [...accepted, happened.started("preparation")]],
    ["restaurant_accepted", "one is ready and the other not begun", oneReady],
    ["preparing", "one is ready and the other in work", [...oneReady, happened.started("picking", "1.2")]],
    ["ready", "both are ready", bothReady],
  ] as const)("shows %s, the least advanced, while %s", (status, _, events) => {
    expect(statusOf(orderOf(events))).toBe(status);
  });

  test("ends when one site rejects its part", () => {
    const order = orderOf([...accepted, happened.rejected("too_busy", "1.2")]);
    expect([statusOf(order), isFinal(order)]).toEqual(["restaurant_rejected", true]);
  });

  test("is picked up when both are ready, and not before", () => {
    const courier = [happened.assigned(), happened.driverAccepted()];
    const pickUp: OrderCommand = { type: "pick_up", courierId: COURIER };
    given([...oneReady, ...courier])
      .when(pickUp)
      .refuses("order_not_ready");
    given([...bothReady, ...courier])
      .when(pickUp)
      .then([happened.pickedUp()]);
  });

  test("cannot be cancelled by the customer once either kitchen has started", () => {
    given(accepted).when({ type: "cancel", by: "customer" }).then([happened.cancelled()]);
    given([...accepted, happened.started("picking", "1.2")])
      .when({ type: "cancel", by: "customer" })
      .refuses("cancel_too_late");
  });
});

describe("cancelling", () => {
  const reason = new Personal("changed my mind");
  const early = ["placed", "stock_reserved", "payment_processing", "payment_confirmed"] as const;
  const beforeWork = [...early, "restaurant_notified", "restaurant_accepted"] as const;
  const inWork = ["preparing", "ready", "driver_assigned"] as const;

  test.each(beforeWork)("by the customer is possible while the order is %s", (status) => {
    given(until(status))
      .when({ type: "cancel", by: "customer", reason })
      .then([{ type: "order.cancelled", data: { by: "customer", reason } }]);
  });

  test.each(inWork)("by the customer is too late when the order is %s", (status) => {
    given(until(status)).when({ type: "cancel", by: "customer" }).refuses("cancel_too_late");
  });

  test("by the customer is too late also when the first station is done and no other has started", () => {
    given([...until("preparing"), happened.completed("preparation")])
      .when({ type: "cancel", by: "customer" })
      .refuses("cancel_too_late");
  });

  test("by the customer is too late when a station was started and recalled", () => {
    const recalled = [happened.completed("preparation"), happened.recalled("preparation")];
    given([...until("preparing"), ...recalled])
      .when({ type: "cancel", by: "customer" })
      .refuses("cancel_too_late");
  });

  describe.each(["support", "admin"] as const)("by %s", (by) => {
    test.each([...beforeWork, ...inWork])("is possible while the order is %s", (status) => {
      given(until(status))
        .when({ type: "cancel", by })
        .then([happened.cancelled(by)]);
    });

    test("becomes a dispute after pickup", () => {
      given(until("picked_up")).when({ type: "cancel", by }).refuses("cancel_too_late");
      given(until("delivered")).when({ type: "cancel", by }).refuses("order_final");
    });
  });

  test("twice cancels once, whoever asks", () => {
    for (const by of ["customer", "support", "admin"] as const) {
      given([...until("preparing"), happened.cancelled("support")])
        .when({ type: "cancel", by })
        .then([]);
    }
  });

  test.each([...beforeWork, ...inWork])("while the order is %s makes it final", (status) => {
    const order = orderOf([...until(status), happened.cancelled("support")]);
    expect([statusOf(order), isFinal(order)]).toEqual(["cancelled", true]);
  });
});
