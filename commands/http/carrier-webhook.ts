import type { FastifyInstance } from "fastify";
import { Webhook, WebhookVerificationError } from "standardwebhooks";
import { z } from "zod";
import { orderStream } from "../../domain/order/events.ts";
import { toInstant } from "../../infra/clock.ts";
import { Problem } from "../../infra/http/problems.ts";
import type { Log } from "../../infra/log.ts";
import { orders } from "../orders/order-aggregate.ts";
import type { FactRecorder } from "../processes/facts.ts";
import { recordBooking } from "../processes/parcel/facts.ts";
import { parcelOf } from "../processes/parcel/owed.ts";
import type { StreamMemory } from "../writing/stream-memory.ts";

const BODY_LIMIT = 64 * 1024;

/** What the carrier tells: nothing but the shipping matters here, whatever else it has to say. */
const message = z.looseObject({ type: z.string(), data: z.unknown() });
const shipped = z.looseObject({
  booking: z.string().min(1).max(200),
  reference: z.string().min(1).max(200),
  trackingNumber: z.string().max(200).nullish(),
  shippedAt: z.iso.datetime({ offset: true }),
});

export interface CarrierWebhookOptions {
  readonly memory: StreamMemory;
  readonly facts: FactRecorder;
  /** Secret that the carrier signs with (Standard Webhooks), `whsec_…`. */
  readonly secret: string;
  readonly log: Log;
}

/**
 * POST /webhooks/carrier: the carrier says that a parcel has been shipped. Signed over the raw body, not older than five
 * minutes by real time. 202: taken, or nothing of ours; a repeat, and one that comes after the poll, records nothing more.
 */
export function carrierWebhook(scope: FastifyInstance, { memory, facts, secret, log }: CarrierWebhookOptions): void {
  const webhook = new Webhook(secret);
  // The signature covers the bytes as they were sent.
  scope.removeContentTypeParser("application/json");
  scope.addContentTypeParser("application/json", { parseAs: "string" }, (_request, body, done) => done(null, body));

  scope.post("/webhooks/carrier", { bodyLimit: BODY_LIMIT, schema: { hide: true } }, async (request, reply) => {
    const sent = String(request.body ?? "");
    const header = (name: string) => String(request.headers[name] ?? "");
    let told: unknown;
    try {
      told = webhook.verify(sent, {
        "webhook-id": header("webhook-id"),
        "webhook-timestamp": header("webhook-timestamp"),
        "webhook-signature": header("webhook-signature"),
      });
    } catch (error) {
      if (!(error instanceof WebhookVerificationError)) throw new Problem("invalid_request", "the body is not JSON");
      log.warn({ webhook: header("webhook-id").slice(0, 80) }, "a webhook of the carrier was refused: wrongly signed");
      throw new Problem("unauthenticated", "the signature does not fit, or is too old");
    }
    const { type, data } = parsed(message, told);
    if (type !== "shipment.shipped") return reply.code(202).send({ status: "ignored" });
    const { booking, reference, trackingNumber, shippedAt } = parsed(shipped, data);
    const parcel = parcelOf(reference);
    const { state } = parcel ? await memory.refresh(orderStream(parcel.orderId), orders) : {};
    if (!parcel || !state?.fulfilments.some((f) => f.fulfilmentId === parcel.fulfilmentId)) {
      log.warn({ booking, webhook: header("webhook-id").slice(0, 80) }, "the carrier has shipped what is not ours");
      return reply.code(202).send({ status: "unknown" });
    }
    await recordBooking(
      facts,
      { ...parcel, held: () => true },
      {
        booking,
        reference,
        trackingNumber: trackingNumber ?? undefined,
        status: "shipped",
        shippedAt: toInstant(Date.parse(shippedAt)),
      },
    );
    return reply.code(202).send({ status: "taken" });
  });
}

function parsed<Value>(shape: z.ZodType<Value>, value: unknown): Value {
  const result = shape.safeParse(value);
  if (result.success) return result.data;
  throw new Problem("invalid_request", z.prettifyError(result.error).slice(0, 500));
}
