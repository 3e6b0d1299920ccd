import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { type Clock, systemClock } from "../../clock.ts";
import type { Log } from "../../log.ts";
import { type RunningSimulator, Simulator } from "../base/simulator.ts";
import type { Mood } from "../base/switches.ts";
import { type Context, cancelIntent, confirmIntent, createIntent, createRefund, failRefund } from "./decide.ts";
import { keyInUse, missing, type PaymentOutcome, serverFault, unauthenticated } from "./errors.ts";
import { parseForm } from "./form.ts";
import { onceFor } from "./idempotency.ts";
import { listed } from "./lists.ts";
import { type Charge, type PaymentChange, PaymentState } from "./objects.ts";

export interface PaymentSimulatorOptions {
  readonly dataDir: string;
  readonly port: number;
  readonly log: Log;
  readonly clock?: Clock;
  /** The secret key that callers must show. Default: any. */
  readonly apiKey?: string;
}

type Decide = (request: FastifyRequest, context: Context) => PaymentOutcome;

const idOf = (request: FastifyRequest): string => (request.params as { id: string }).id; // the routes' own pattern

const keyOf = (request: FastifyRequest): string | undefined => {
  const header = request.headers["idempotency-key"];
  return typeof header === "string" ? header : undefined;
};

/** A charge as drills count it. */
const charged = ({ id, payment_intent, metadata, amount, amount_refunded, currency, created }: Charge) => ({
  charge: id,
  intent: payment_intent,
  orderId: metadata.orderId ?? null,
  amount,
  refunded: amount_refunded,
  currency,
  at: new Date(created * 1000).toISOString(),
});

/**
 * The payment gateway: the part of Stripe's API that orders need, over HTTP, with Stripe's idempotency keys.
 * `GET /_charges` (`?orderId=`) lists every successful capture; `POST /_fail_refund {refund}` lets a refund come to nothing
 * after it was made; the journal is `payments.jsonl`.
 */
export async function startPaymentSimulator(options: PaymentSimulatorOptions): Promise<RunningSimulator> {
  const { dataDir, port, log, clock = systemClock, apiKey } = options;
  const state = new PaymentState();
  const inFlight = new Set<string>();
  const simulator = await Simulator.create<PaymentChange>({
    name: "payments",
    file: join(dataDir, "payments.jsonl"),
    log,
    clock,
    apply: (line) => state.apply(line),
  });
  const { app } = simulator;

  const context = (): Context => ({
    now: Math.floor(clock.now() / 1000),
    newId: (prefix) => `${prefix}_${randomBytes(12).toString("hex")}`,
  });
  const known = ({ headers: { authorization = "" } }: FastifyRequest): boolean =>
    apiKey === undefined ? /^Bearer \S+$/.test(authorization) : authorization === `Bearer ${apiKey}`;

  const reading = (read: (request: FastifyRequest) => PaymentOutcome) =>
    simulator.handle((request, mood) => {
      if (!known(request)) return unauthenticated;
      return mood.failing ? serverFault : read(request);
    });

  const decide = (request: FastifyRequest, mood: Mood, by: Decide): PaymentOutcome => {
    if (!known(request)) return unauthenticated;
    const asked = { key: keyOf(request), path: request.url, body: request.body };
    return onceFor(state, asked, clock.now(), mood, () => by(request, context()));
  };

  /** A request that changes something. While one with a key is under way, another with that key is turned away. */
  const writing = (by: Decide) => {
    const turnAway = simulator.handle(() => keyInUse);
    const handle = simulator.handle((request, mood) => decide(request, mood, by));
    return async (request: FastifyRequest, reply: FastifyReply) => {
      const key = keyOf(request);
      if (key === undefined) return handle(request, reply);
      if (inFlight.has(key)) return turnAway(request, reply);
      inFlight.add(key);
      try {
        return await handle(request, reply);
      } finally {
        inFlight.delete(key);
      }
    };
  };

  app.addContentTypeParser("application/x-www-form-urlencoded", { parseAs: "string" }, (_request, body, parsed) =>
    parsed(null, parseForm(String(body))),
  );
  app.addHook("onSend", async (_request, reply) => {
    reply.header("request-id", `req_${randomBytes(8).toString("hex")}`);
  });

  app.post(
    "/v1/payment_intents",
    writing((request, at) => createIntent(state, request.body, at)),
  );
  app.post(
    "/v1/payment_intents/:id/confirm",
    writing((request, at) => confirmIntent(state, idOf(request), request.body, at)),
  );
  app.post(
    "/v1/payment_intents/:id/cancel",
    writing((request, at) => cancelIntent(state, idOf(request), request.body, at)),
  );
  app.post(
    "/v1/refunds",
    writing((request, at) => createRefund(state, request.body, at)),
  );

  app.get(
    "/v1/payment_intents/:id",
    reading((request) => {
      const intent = state.intents.get(idOf(request));
      return intent === undefined ? missing("intent", idOf(request)) : { status: 200, answer: intent };
    }),
  );
  app.get(
    "/v1/payment_intents",
    reading(({ query }) => listed("/v1/payment_intents", [...state.intents.values()].reverse(), query)),
  );
  app.get(
    "/v1/refunds",
    reading(({ query }) => {
      const { payment_intent: intent } = query as { payment_intent?: string }; // checked with the rest of the query
      const refunds = intent === undefined ? [...state.refunds.values()].reverse() : state.refundsOf(intent);
      return listed("/v1/refunds", refunds, query);
    }),
  );
  app.get(
    "/v1/events",
    reading(({ query }) => listed("/v1/events", state.events.toReversed(), query)),
  );

  app.post(
    "/_fail_refund",
    simulator.handle((request) => failRefund(state, z.object({ refund: z.string() }).parse(request.body).refund)),
  );
  app.get("/_charges", async (request) => {
    const { orderId } = z.object({ orderId: z.string().optional() }).parse(request.query);
    const captures = [...state.charges.values()].filter(
      (charge) => charge.captured && (orderId === undefined || charge.metadata.orderId === orderId),
    );
    return { charges: captures.map(charged), count: captures.length };
  });
  return simulator.listen(port);
}
