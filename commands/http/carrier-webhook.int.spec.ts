import { randomUUID } from "node:crypto";
import Fastify, { type FastifyInstance } from "fastify";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, expect, test } from "vitest";
import { answerProblems } from "../../infra/http/problems.ts";
import { createLog } from "../../infra/log.ts";
import { type ParcelsAtWork, startParcels } from "../../test/integration/parcels-at-work.ts";
import { FactRecorder } from "../processes/facts.ts";
import { carrierWebhook } from "./carrier-webhook.ts";

const SECRET = "whsec_Ym9iLXMtcG9zdC1kZXZlbG9wbWVudC1zZWNyZXQtMDE=";
const OTHER_SECRET = `whsec_${Buffer.from("the secret of somebody else.....").toString("base64")}`;
const SHIPPED_AT = "2026-11-22T08:00:00.000Z";

let parcels: ParcelsAtWork;
let app: FastifyInstance;
beforeAll(async () => {
  parcels = await startParcels();
  app = Fastify();
  answerProblems(app);
  const { writer } = parcels.worker();
  const facts = new FactRecorder(writer, parcels.clock, new Uint8Array(32));
  await app.register(async (scope) => {
    carrierWebhook(scope, { memory: writer.memory, facts, secret: SECRET, log: createLog("test", "silent") });
  });
});
afterAll(async () => {
  await app.close();
  await parcels.stop();
});

interface Sending {
  readonly secret?: string;
  readonly signedAt?: Date;
  /** What is sent in place of what was signed. */
  readonly body?: string;
}

async function send(data: unknown, { secret = SECRET, signedAt = new Date(), body }: Sending = {}) {
  const id = `msg_${randomUUID()}`;
  const signed = typeof data === "string" ? data : JSON.stringify({ type: "shipment.shipped", data });
  return await app.inject({
    method: "POST",
    url: "/webhooks/carrier",
    headers: {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(signedAt.getTime() / 1000)),
      "webhook-signature": new Webhook(secret).sign(id, signedAt, signed),
    },
    payload: body ?? signed,
  });
}

const told = (orderId: string, booking = "bk_1") => ({
  booking,
  reference: `${orderId}:1.1`,
  trackingNumber: "BP1",
  shippedAt: SHIPPED_AT,
});
const shipments = async (orderId: string) =>
  (await parcels.types(orderId)).filter((type) => type.startsWith("shipment."));

/** A parcel that the carrier has taken on, and what the carrier says once it has shipped. */
async function booked() {
  const orderId = await parcels.ready();
  const worker = parcels.worker();
  await worker.step(orderId);
  const [booking] = await parcels.bookings(orderId);
  return { orderId, worker, message: told(orderId, booking?.booking) };
}

test("a parcel that the carrier says has shipped is recorded as shipped by the carrier, with its time", async () => {
  const { orderId, message } = await booked();
  expect((await send(message)).statusCode).toBe(202);
  expect(await shipments(orderId)).toEqual(["shipment.requested", "shipment.scheduled", "shipment.shipped"]);
  expect((await parcels.events(orderId)).at(-1)).toMatchObject({
    data: { fulfilmentId: "1.1", booking: message.booking, shippedAt: SHIPPED_AT },
    metadata: { actor: { type: "carrier" } },
  });
});

test("told several times, at once, and asked as well, it is recorded once", async () => {
  const { orderId, worker, message } = await booked();
  await parcels.ship();
  const answers = await Promise.all([
    ...Array.from({ length: 5 }, () => send(message)),
    worker.work(orderId, 86_400_000),
  ]);
  expect(answers.slice(0, 5)).toMatchObject(Array.from({ length: 5 }, () => ({ statusCode: 202 })));
  await send(message);
  expect((await shipments(orderId)).filter((type) => type === "shipment.shipped")).toHaveLength(1);
});

test("told before the booking is known here, both are recorded, and nothing is booked again", async () => {
  const orderId = await parcels.ready();
  expect((await send(told(orderId))).statusCode).toBe(202);
  expect(await shipments(orderId)).toEqual(["shipment.scheduled", "shipment.shipped"]);
  await parcels.worker().work(orderId, 86_400_000);
  expect(await parcels.bookings(orderId)).toEqual([]);
});

test.each<[string, Sending]>([
  ["another's signature", { secret: OTHER_SECRET }],
  ["a body that was changed on the way", { body: JSON.stringify({ type: "shipment.shipped", data: {} }) }],
  ["a signature of ten minutes ago", { signedAt: new Date(Date.now() - 600_000) }],
  ["a signature of in ten minutes", { signedAt: new Date(Date.now() + 600_000) }],
])("%s is answered 401, and nothing is done", async (_what, how) => {
  const { orderId, message } = await booked();
  const answer = await send(message, how);
  expect(answer.statusCode).toBe(401);
  expect(answer.json()).toMatchObject({ code: "unauthenticated" });
  expect(await shipments(orderId)).toEqual(["shipment.requested", "shipment.scheduled"]);
});

test("a message without any signature is answered 401", async () => {
  const answer = await app.inject({ method: "POST", url: "/webhooks/carrier", payload: { type: "shipment.shipped" } });
  expect(answer.statusCode).toBe(401);
});

test.each([
  ["an order that does not exist", `${randomUUID()}:1.1`],
  ["a part that the order has not", undefined],
  ["no parcel of ours at all", "order 17"],
])("a reference to %s is taken and leaves no trace", async (_what, reference) => {
  const { orderId, message } = await booked();
  const answer = await send({ ...message, reference: reference ?? `${orderId}:9.9` });
  expect(answer.statusCode).toBe(202);
  expect(answer.json()).toEqual({ status: "unknown" });
  expect(await shipments(orderId)).toEqual(["shipment.requested", "shipment.scheduled"]);
});

test("what the carrier tells beside is taken and ignored; what is not the agreed shape is refused", async () => {
  expect((await send(JSON.stringify({ type: "shipment.weighed", data: {} }))).json()).toEqual({ status: "ignored" });
  for (const body of ["not json", "[]", JSON.stringify({ type: "shipment.shipped", data: { booking: 1 } })]) {
    expect((await send(body)).statusCode).toBe(400);
  }
});
