import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { customerIdFor, orderIdFor } from "../../domain/chain/ids.ts";
import { Personal } from "../../domain/chain/personal.ts";
import type { Channel } from "../../domain/order/events.ts";
import { statusOf } from "../../domain/order/state.ts";
import { authorise } from "../../infra/auth/fastify-auth.ts";
import { type Principal, principalKey } from "../../infra/auth/principal.ts";
import type { Api } from "../../infra/http/api.ts";
import { idempotencyKey } from "../../infra/http/idempotency-key.ts";
import { problem } from "../../infra/http/problem-schema.ts";
import { Problem } from "../../infra/http/problems.ts";
import { actorFor, answerFrom, envelopeFor } from "./command-context.ts";
import { commandOrder } from "./order-command.ts";
import { commandAnswer, orderParams, type PlaceOrderBody, placeOrderBody } from "./schemas.ts";
import type { CommandServices } from "./services.ts";

const CLOSING_SOON = "the site closes within 15 minutes; an order that reaches it closed is rejected and refunded";

/** Placing and cancelling. */
export function orderRoutes(api: Api, services: CommandServices): void {
  api.post(
    "/api/orders",
    {
      config: { action: "order.place" },
      schema: {
        tags: ["orders"],
        summary: "Place an order",
        description:
          "Records the order, waits up to 2 s for its reservation and answers; `placed` means that the reservation is " +
          "still pending. A repeat with the same Idempotency-Key answers the same order.",
        body: placeOrderBody,
        response: { 200: commandAnswer, 201: commandAnswer, "4xx": problem, "5xx": problem },
      },
    },
    async (request, reply) => {
      const principal = authorise(request, "order.place", { customerId: request.body.customerId });
      return await place(services, request, reply, principal, request.body, "web");
    },
  );

  api.post(
    "/api/phone-orders",
    {
      config: { action: "order.place-on-behalf" },
      schema: {
        tags: ["orders"],
        summary: "Place an order on behalf of a known customer",
        body: placeOrderBody,
        response: { 200: commandAnswer, 201: commandAnswer, "4xx": problem, "5xx": problem },
      },
    },
    async (request, reply) => {
      const { customerId } = request.body;
      if (customerId === undefined) throw new Problem("invalid_request", "/customerId: name the customer");
      const principal = authorise(request, "order.place-on-behalf", { customerId });
      return await place(services, request, reply, principal, request.body, "phone");
    },
  );

  api.post(
    "/api/orders/:orderId/cancel",
    {
      config: { action: "order.cancel" },
      schema: {
        tags: ["orders"],
        summary: "Cancel an order",
        description: "Customers until a station has started; support and admins until pickup.",
        params: orderParams,
        body: z.object({ reason: z.string().trim().min(1).max(500).optional() }).prefault({}),
        response: { 200: commandAnswer, "4xx": problem, "5xx": problem },
      },
    },
    async (request, reply) =>
      await commandOrder(services, request, reply, {
        orderId: request.params.orderId,
        action: "order.cancel",
        name: "order.cancel",
        personal: true,
        resource: ({ customerId, placedBy }) => ({ customerId, placedBy }),
        command: ({ role }) => ({
          type: "cancel",
          by: role === "support" || role === "admin" ? role : "customer",
          reason: request.body.reason === undefined ? undefined : new Personal(request.body.reason),
        }),
      }),
  );
}

async function place(
  { placeOrder, keys, clock }: CommandServices,
  request: FastifyRequest,
  reply: FastifyReply,
  principal: Principal,
  body: PlaceOrderBody,
  channel: Channel,
) {
  const key = idempotencyKey(request, true);
  const caller = principalKey(principal);
  const orderId = orderIdFor(caller, key);
  const guest = principal.role === "guest";
  const customerId = guest ? customerIdFor(caller, key) : (body.customerId ?? principal.id);
  const subkeys = await keys.getOrCreate(customerId);
  const { written, order, loaded, closingSoon } = await placeOrder.place({
    orderId,
    customerId,
    placedBy: caller,
    channel,
    siteId: body.siteId,
    lines: body.lines,
    contact: body.contact,
    register: channel === "phone" ? undefined : { guest },
    method: body.delivery.method,
    paymentMethod: body.paymentMethod,
    language: body.language,
    keys: subkeys,
    envelope: envelopeFor({
      request,
      principal,
      key,
      command: channel === "phone" ? "order.place-on-behalf" : "order.place",
      fingerprintKey: subkeys.fp,
      clock,
      correlationId: orderId,
      actor: actorFor(principal, customerId, channel === "phone" ? customerId : undefined),
    }),
  });
  reply.code(written.repeated ? 200 : 201).header("location", `/api/orders/${orderId}`);
  const status = order ? statusOf(order) : "placed";
  const sent = answerFrom(reply, orderId, written.own?.events.at(-1), loaded, status);
  return closingSoon ? { ...sent, warning: CLOSING_SOON } : sent;
}
