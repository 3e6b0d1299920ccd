import { describe, expect, test } from "vitest";
import { money } from "../../../domain/money/money.ts";
import { ALWAYS_OPEN, type OpeningHours } from "../../../domain/site/opening-hours.ts";
import { type Site, STATIONS } from "../../../domain/site/site.ts";
import type { EventStore } from "../../../infra/event-store/port.ts";
import { AT, happened, ORDER, orderOf } from "../../../test/fixtures/order-examples.ts";
import { type Answer, failed } from "../../gateways/answer.ts";
import { Guards } from "../../gateways/guards.ts";
import type { RestaurantAcknowledgement } from "../../gateways/restaurant-gateway.ts";
import { StreamWriter } from "../../writing/writer.ts";
import { FactRecorder } from "../facts.ts";
import { takesOrders } from "./rerouting.ts";
import { RestaurantProcess } from "./restaurant.ts";

const MINUTE = 60_000;
const effect = {
  id: "restaurant.tell-cancelled/1.1",
  dueAt: Date.parse(AT),
  orderId: ORDER,
  tries: 0,
  held: () => true,
};
const cancelled = orderOf([happened.placed("bakery"), happened.paid(), happened.notified(), happened.cancelled()]);

function telling(answer: Answer<RestaurantAcknowledgement>, later = 0) {
  const store = {} as EventStore; // telling a site of a cancellation writes nothing
  const writer = new StreamWriter(store, { service: { role: "test", version: "0", instance: "t" }, region: "local" });
  const clock = { now: () => Date.parse(AT) + later };
  const nobody = { perform: async () => {} };
  const process = new RestaurantProcess({
    gateway: { notify: async () => answer },
    guards: new Guards(),
    facts: new FactRecorder(writer, clock, new Uint8Array(32)),
    catalogue: { site: async () => undefined },
    rerouting: nobody,
    missingItems: nobody,
    clock,
    policy: { retryDelaysMs: [], answerMs: 1 },
  });
  return process.perform(effect, cancelled);
}

describe("word of a cancellation", () => {
  const away = failed({ class: "transient", type: "service_unavailable", message: "503" });

  test("reaches a site that is away later, and never stops the order's other work as a dead letter would", async () => {
    const soon = (await telling(away)) ?? expect.fail("it is not tried again");
    expect(soon.again - Date.parse(AT)).toBeGreaterThan(0.7 * MINUTE);
    const later = (await telling(away, 10 * 60 * MINUTE)) ?? expect.fail("it is not tried again");
    expect(later.again - Date.parse(AT) - 10 * 60 * MINUTE).toBeGreaterThan(40 * MINUTE);
  });

  test("is of no use to a site a day later, nor to one that is gone for good", async () => {
    expect(await telling(away, 25 * 60 * MINUTE)).toBeUndefined();
    expect(await telling(failed({ class: "permanent", type: "restaurant_closed", message: "410" }))).toBeUndefined();
  });
});

test("a site takes orders while it is open, not suspended and not closed for good", () => {
  const site = (status: Site["status"], hours: OpeningHours): Site => ({
    siteId: "bakery-mitte",
    status,
    kind: "bakery",
    name: "Sweet Crumbs",
    city: "berlin",
    region: "local",
    timeZone: "Europe/Berlin",
    position: { lat: 52_520_008, lon: 13_404_954 },
    hours,
    stations: STATIONS.bakery,
    currency: money(0, "EUR").currency,
    deliveryFee: 0,
    menu: [],
  });
  // A Saturday, eleven o'clock in Berlin.
  const now = Date.parse(AT);
  expect(takesOrders(site("open", ALWAYS_OPEN), now)).toBe(true);
  expect(takesOrders(site("open", { sat: [{ from: "08:00", to: "11:00" }] }), now)).toBe(false);
  expect(takesOrders(site("suspended", ALWAYS_OPEN), now)).toBe(false);
  expect(takesOrders(site("closed", ALWAYS_OPEN), now)).toBe(false);
});
