import { expect, test } from "vitest";
import type { OrderEvent } from "../../domain/order/events.ts";
import { happened, orderOf, until } from "../../test/fixtures/order-examples.ts";
import { waitingFor } from "./waiting-for.ts";

const parked: OrderEvent = {
  type: "processing.parked",
  data: { consumer: "payment", effectId: "payment.refund/1", failureType: "unknown", failureClass: "poison" },
};

test.each<[string, readonly OrderEvent[], ReturnType<typeof waitingFor>]>([
  ["after its placing", until("placed"), expect.objectContaining({ whom: "stock" })],
  [
    "after a failed attempt to pay",
    [...until("payment_processing"), happened.attemptFailed()],
    { whom: "payment", what: "the payment, after 1 failed attempts", next: "2026-11-21T10:01:00.000Z" },
  ],
  [
    "that its site could not be told",
    [...until("payment_confirmed"), happened.notificationFailed()],
    { whom: "site", what: "bakery-mitte to be told", next: "2026-11-21T10:02:00.000Z" },
  ],
  [
    "whose site gave it back",
    [...until("restaurant_notified"), happened.givenBack()],
    { whom: "site", what: "another site to be found", next: undefined },
  ],
  [
    "whose site is silent",
    until("restaurant_notified"),
    expect.objectContaining({ what: "the answer of bakery-mitte" }),
  ],
  [
    "with a missing item",
    [...until("restaurant_accepted"), happened.missing()],
    { whom: "site", what: "what becomes of missing items: carrot-cake", next: undefined },
  ],
  ["that nobody carries", until("ready"), { whom: "courier", what: "a courier to be found", next: undefined }],
  ["on its way", until("picked_up"), expect.objectContaining({ whom: "courier", what: "the delivery" })],
  ["that is delivered", until("delivered"), undefined],
  [
    "with work set aside",
    [...until("picked_up"), parked],
    { whom: "operator", what: "work is set aside: payment:payment.refund/1", next: undefined },
  ],
])("an order %s waits for what its state says", (_when, events, waiting) => {
  expect(waitingFor(orderOf(events))).toEqual(waiting);
});
