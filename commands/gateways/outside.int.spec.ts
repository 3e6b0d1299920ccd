import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readConfig } from "../../infra/config.ts";
import { createLog } from "../../infra/log.ts";
import { type RunningSimulators, startSimulators } from "../../infra/simulators/start-simulators.ts";
import { HttpCourierGateway } from "./courier-gateway.ts";
import { WebhookRestaurantGateway } from "./restaurant-gateway.ts";

let folder: string;
let world: RunningSimulators;
let restaurants: WebhookRestaurantGateway;
let couriers: HttpCourierGateway;

const configWith = (env: Record<string, string> = {}) =>
  readConfig({ RESTAURANT_URL: world.restaurantUrl, COURIER_URL: world.courierUrl, ...env });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ordertrail-outside-"));
  const ports = { payment: 0, restaurant: 0, courier: 0 };
  world = await startSimulators({ dataDir: folder, ports, log: createLog("test", "silent") });
  restaurants = new WebhookRestaurantGateway(configWith());
  couriers = new HttpCourierGateway(configWith());
});

afterEach(async () => {
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

const notification = {
  kind: "order" as const,
  notificationId: "restaurant.notify/1.1/1",
  orderId: "018f2d3c-0000-4000-8000-00000000000a",
  fulfilmentId: "1.1",
  siteId: "sweet-crumbs",
  city: "Berlin",
  number: "A7K2",
  lines: [{ sku: "plum-cake", name: "Plum cake", quantity: { amount: 1, unit: "each" as const } }],
};

const offer = {
  offerId: "courier.offer/1",
  orderId: notification.orderId,
  courierId: "c",
  siteId: "sweet-crumbs",
  city: "Berlin",
};

const json = async <T>(url: string): Promise<T> => (await (await fetch(url)).json()) as T;

const turn = (url: string, switches: Record<string, unknown>) =>
  fetch(`${url}/_switch`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(switches),
  });

const notified = () =>
  json<{ notifications: { notificationId: string; deliveries: number; notification: unknown }[] }>(
    `${world.restaurantUrl}/_notifications`,
  );

describe("restaurants", () => {
  test("acknowledge a signed notification, and a repeat with the same acknowledgement", async () => {
    const first = await restaurants.notify(notification);
    expect(first).toMatchObject({ ok: true, value: { status: "acknowledged" } });
    expect(await restaurants.notify(notification)).toEqual(first);
    const { notifications } = await notified();
    expect(notifications).toMatchObject([{ notificationId: notification.notificationId, deliveries: 2, notification }]);
  });

  test("do not take what was signed with another secret, and the order does not fail for it", async () => {
    const secret = `whsec_${Buffer.from("another secret of this length").toString("base64")}`;
    const stranger = new WebhookRestaurantGateway(configWith({ RESTAURANT_WEBHOOK_SECRET: secret }));
    expect(await stranger.notify(notification)).toMatchObject({ ok: false, failure: { class: "transient" } });
    expect((await notified()).notifications).toEqual([]);
  });

  test("whose answer is lost have taken it once when it is sent again", async () => {
    await turn(world.restaurantUrl, { answerLost: true, times: 1 });
    expect(await restaurants.notify(notification)).toMatchObject({ ok: false, failure: { class: "transient" } });
    expect(await restaurants.notify(notification)).toMatchObject({ ok: true });
    expect((await notified()).notifications).toHaveLength(1);
  });

  test.each([{ errorRate: 1 }, { down: true }, { latencyMs: 10_000 }])(
    "in trouble (%o) are transient",
    async (state) => {
      const impatient = new WebhookRestaurantGateway(configWith({ OUTSIDE_TIMEOUT_MS: "100" }));
      await turn(world.restaurantUrl, state);
      expect(await impatient.notify(notification)).toMatchObject({
        ok: false,
        failure: { class: "transient", type: "service_unavailable" },
      });
    },
  );
});

describe("couriers", () => {
  test("take an offer once, however often it is sent", async () => {
    const first = await couriers.offer(offer);
    expect(first).toMatchObject({ ok: true });
    expect(await couriers.offer(offer)).toEqual(first);
    const { offers } = await json<{ offers: unknown[] }>(`${world.courierUrl}/_offers`);
    expect(offers).toMatchObject([{ offerId: offer.offerId, deliveries: 2, withdrawnAt: null, offer }]);
  });

  test("know that an offer was withdrawn, also when the withdrawal overtook it", async () => {
    expect(await couriers.withdraw(offer.offerId)).toMatchObject({ ok: true });
    await couriers.offer(offer);
    const { offers } = await json<{ offers: unknown[] }>(`${world.courierUrl}/_offers`);
    expect(offers).toMatchObject([{ offerId: offer.offerId, withdrawnAt: expect.any(String) }]);
  });

  test("that cannot be reached are transient", async () => {
    const nobody = new HttpCourierGateway(configWith({ COURIER_URL: "http://127.0.0.1:9" }));
    expect(await nobody.offer(offer)).toMatchObject({ ok: false, failure: { class: "transient" } });
  });
});
