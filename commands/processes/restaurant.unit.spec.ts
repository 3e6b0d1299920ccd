import { expect, test } from "vitest";
import type { EventStore } from "../../infra/event-store/port.ts";
import { AT, happened, ORDER, orderOf } from "../../test/fixtures/order-examples.ts";
import { type Answer, failed } from "../gateways/answer.ts";
import { Guards } from "../gateways/guards.ts";
import type { RestaurantAcknowledgement } from "../gateways/restaurant-gateway.ts";
import { StreamWriter } from "../writing/writer.ts";
import { FactRecorder } from "./facts.ts";
import { RestaurantProcess } from "./restaurant.ts";

const effect = {
  id: "restaurant.tell-cancelled/1.1",
  dueAt: Date.parse(AT),
  orderId: ORDER,
  tries: 0,
  held: () => true,
};
const cancelled = orderOf([happened.placed("bakery"), happened.paid(), happened.notified(), happened.cancelled()]);

function telling(answer: Answer<RestaurantAcknowledgement>) {
  const store = {} as EventStore; // telling a site of a cancellation writes nothing
  const writer = new StreamWriter(store, { service: { role: "test", version: "0", instance: "t" }, region: "local" });
  const clock = { now: () => Date.parse(AT) };
  const policy = { retryDelaysMs: [], answerMs: 1 };
  const facts = new FactRecorder(writer, clock, new Uint8Array(32));
  return new RestaurantProcess({ notify: async () => answer }, facts, clock, policy, new Guards()).perform(
    effect,
    cancelled,
  );
}

test("a site that is away learns of a cancellation later", async () => {
  const away = failed({ class: "transient", type: "service_unavailable", message: "503" });
  await expect(telling(away)).rejects.toThrow("503");
});

test("a site that is gone for good is not told of a cancellation for ever", async () => {
  expect(await telling(failed({ class: "permanent", type: "restaurant_closed", message: "410" }))).toBeUndefined();
});
