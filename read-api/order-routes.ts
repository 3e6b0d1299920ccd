import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { orderStream } from "../domain/order/events.ts";
import type { Order } from "../domain/order/state.ts";
import { authorise } from "../infra/auth/fastify-auth.ts";
import type { Resource } from "../infra/auth/permissions.ts";
import type { Api } from "../infra/http/api.ts";
import { problem } from "../infra/http/problem-schema.ts";
import { Problem } from "../infra/http/problems.ts";
import { readTimeline, type TimelineRow } from "../projections/orders/queries.ts";
import { orderView } from "../projections/orders/view.ts";
import type { TimelineEntry } from "../projections/views.ts";
import {
  afterParameter,
  askedPosition,
  decodeCursor,
  encodeCursor,
  isUnchanged,
  listParameters,
  stateFreshness,
} from "./answer.ts";
import { type Located, locateOrder, readOrderStream } from "./order-lookup.ts";
import { mayKnowContact, openContact } from "./personal.ts";
import { integrity, order, orderParams, timeline, unchanged } from "./schemas.ts";
import { sentenceFor } from "./sentences.ts";
import type { ReadServices } from "./services.ts";
import { recordAccess } from "./staff-access.ts";
import { verifyStream } from "./verify.ts";
import { databaseWitness } from "./witness.ts";

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
      const view = orderView(found.order, found.revision, found.events);
      if (!mayKnowContact(principal, found)) return view;
      return { ...view, contact: await openContact(services.keys, services.log, found) };
    },
  );

  api.get(
    "/api/orders/:orderId/timeline",
    {
      config: { action: "timeline.read" },
      schema: {
        tags: ["orders"],
        summary: "Everything that happened to an order",
        params: orderParams,
        querystring: z.object({ after: afterParameter, ...listParameters(1_000, 200) }),
        response: { 200: timeline, 304: unchanged, "4xx": problem, "5xx": problem },
      },
    },
    async (request, reply) => {
      const { orderId } = request.params;
      const found = await locate(services, request, reply, orderId);
      const principal = authorise(request, "timeline.read", resourceOf(found.order));
      await recordAccess(services, principal, orderId, "timeline");
      if (isUnchanged(request, reply, found.revision)) return await reply.code(304).send(null);
      const { cursor, limit } = request.query;
      const [after] = cursor === undefined ? ["-1"] : decodeCursor(cursor, z.tuple([z.string().regex(/^\d{1,19}$/)]));
      const rows = await timelineRows(services, found, orderId, BigInt(after), limit);
      const last = rows.at(-1);
      return {
        orderId,
        events: rows.map(entry),
        next: last && rows.length === limit ? encodeCursor([last.revision]) : undefined,
      };
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
      return verdict;
    },
  );
}

const unknownOrder = (orderId: string) => new Problem("order_not_found", `there is no order ${orderId}`);

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

async function timelineRows(
  { pool, schemas, store }: ReadServices,
  found: Located,
  orderId: string,
  after: bigint,
  limit: number,
): Promise<TimelineRow[]> {
  if (found.source === "read-model") {
    return await readTimeline(pool, (await schemas.of("orders")).schema, orderId, after, limit);
  }
  const events = await readOrderStream(store, orderId);
  return events
    .filter(({ revision }) => revision > after)
    .slice(0, limit)
    .map(({ revision, id, type, data, metadata }) => ({
      revision: revision.toString(),
      id,
      type,
      at: metadata.at,
      actor: metadata.actor,
      data,
      correlationId: metadata.$correlationId,
      causationId: metadata.$causationId,
      hash: metadata.hash,
    }));
}

const entry = (row: TimelineRow): TimelineEntry => ({ ...row, sentence: sentenceFor(row.type, row.data, row.actor) });
