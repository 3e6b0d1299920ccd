import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { orderStream } from "../../domain/order/events.ts";
import type { Order } from "../../domain/order/state.ts";
import { authorise } from "../../infra/auth/fastify-auth.ts";
import type { Resource } from "../../infra/auth/permissions.ts";
import type { Api } from "../../infra/http/api.ts";
import { problem } from "../../infra/http/problem-schema.ts";
import { Problem } from "../../infra/http/problems.ts";
import { orderView } from "../../projections/orders/view.ts";
import { afterParameter, askedPosition, isUnchanged, stateFreshness } from "../answer.ts";
import { orderParams, unchanged } from "../parts.ts";
import { mayKnowContact, openContact } from "../personal.ts";
import type { ReadServices } from "../services.ts";
import { recordAccess } from "../staff-access.ts";
import { verifyStream } from "../verify.ts";
import { databaseWitness } from "../witness.ts";
import { type Located, locateOrder } from "./order-lookup.ts";
import { integrity, order } from "./schemas.ts";

/** What permissions on an order depend on. */
export const resourceOf = ({ customerId, placedBy, fulfilments, courier }: Order): Resource => ({
  customerId,
  placedBy,
  siteIds: fulfilments.map(({ siteId }) => siteId),
  courierId: courier.courierId,
});

/** One order: what it is, what happened, whether that is unchanged. */
export function orderRoutes(api: Api, services: ReadServices): void {
  api.get(
    "/api/orders/:orderId",
    {
      config: { action: "order.read" },
      schema: {
        tags: ["orders"],
        summary: "An order",
        description:
          "An order that the read model cannot tell of yet is answered from the event store (`X-Source: event-store`).",
        params: orderParams,
        querystring: z.object({ after: afterParameter }),
        response: { 200: order, 304: unchanged, "4xx": problem, "5xx": problem },
      },
    },
    async (request, reply) => {
      const found = await locate(services, request, reply, request.params.orderId);
      const principal = authorise(request, "order.read", resourceOf(found.order));
      await recordAccess(services, principal, request.params.orderId, "order");
      if (isUnchanged(request, reply, found.revision)) return await reply.code(304).send(null);
      const view = orderView(found);
      if (!mayKnowContact(principal, found)) return view;
      return { ...view, contact: await openContact(services.keys, services.log, found) };
    },
  );

  api.get(
    "/api/orders/:orderId/integrity",
    {
      config: { action: "integrity.read" },
      schema: {
        tags: ["orders"],
        summary: "Whether an order's events are unchanged since they were written",
        description: "Recomputes every hash from the event store and compares the end with the head witness.",
        params: orderParams,
        response: { 200: integrity, "4xx": problem, "5xx": problem },
      },
    },
    async (request, reply) => {
      const { orderId } = request.params;
      authorise(request, "integrity.read", {});
      const witness = databaseWitness(services.pool, services.schemas);
      const verdict = await verifyStream(services.store, witness, orderStream(orderId));
      if (verdict.events === 0 && verdict.findings.length === 0) throw unknownOrder(orderId);
      reply.header("x-source", "event-store").header("cache-control", "no-store");
      reply.header("x-position", verdict.position ?? "0").header("x-age-ms", "0");
      return verdict;
    },
  );
}

export const unknownOrder = (orderId: string) => new Problem("order_not_found", `there is no order ${orderId}`);

/** Finds the order of a request and says in the headers how far and how old what was found is. */
async function locate(
  services: ReadServices,
  request: FastifyRequest,
  reply: FastifyReply,
  orderId: string,
): Promise<Located> {
  const { positions } = services;
  const found = await locateOrder(services, orderId, askedPosition(request));
  if (!found) throw unknownOrder(orderId);
  reply.header("x-source", found.source);
  if (found.standing) await stateFreshness(reply, positions, { ...found.standing, stale: found.stale });
  else {
    reply.header("x-position", found.version.toString()).header("x-age-ms", "0");
  }
  return found;
}
