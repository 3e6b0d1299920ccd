import { z } from "zod";
import type { OrderEvent } from "../domain/order/events.ts";
import { evolve, type OrderState } from "../domain/order/state.ts";
import { authorise } from "../infra/auth/fastify-auth.ts";
import type { Api } from "../infra/http/api.ts";
import { problem } from "../infra/http/problem-schema.ts";
import type { StoredEvent } from "../projections/timeline/queries.ts";
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
import { resourceOf, unknownOrder } from "./order-routes.ts";
import { orderParams, timeline, unchanged } from "./schemas.ts";
import { sentenceFor } from "./sentences.ts";
import type { ReadServices } from "./services.ts";
import { recordAccess } from "./staff-access.ts";
import { locateTimeline } from "./timeline-lookup.ts";

/** Everything that happened to an order, for support. */
export function timelineRoutes(api: Api, services: ReadServices): void {
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
      const found = await locateTimeline(services, orderId, askedPosition(request));
      const order = found && foldAll(found.events);
      if (!order) throw unknownOrder(orderId);
      const principal = authorise(request, "timeline.read", resourceOf(order));
      await recordAccess(services, principal, orderId, "timeline");
      const newest = found.events.at(-1) ?? found.events[0];
      reply.header("x-source", found.source);
      if (found.standing) await stateFreshness(reply, services.positions, { ...found.standing, stale: found.stale });
      else reply.header("x-position", newest.position.toString()).header("x-age-ms", "0");
      if (isUnchanged(request, reply, newest.revision)) return await reply.code(304).send(null);
      const { cursor, limit } = request.query;
      const [after] = cursor === undefined ? ["-1"] : decodeCursor(cursor, z.tuple([z.string().regex(/^\d{1,19}$/)]));
      const rest = found.events.filter(({ revision }) => revision > BigInt(after));
      const page = rest.slice(0, limit);
      const last = page.at(-1);
      return {
        orderId,
        events: page.map(entry),
        next: last && rest.length > limit ? encodeCursor([last.revision.toString()]) : undefined,
      };
    },
  );
}

const foldAll = (events: readonly StoredEvent[]): OrderState =>
  events.reduce<OrderState>(
    // Only the project writes order streams; the shapes are those of the contract.
    (state, { type, data, at }) => evolve(state, { type, data } as OrderEvent, at),
    undefined,
  );

const entry = ({
  revision,
  id,
  type,
  at,
  actor,
  data,
  correlationId,
  causationId,
  hash,
}: StoredEvent): TimelineEntry => ({
  revision: revision.toString(),
  id,
  type,
  at,
  actor,
  sentence: sentenceFor(type, data, actor),
  data,
  correlationId,
  causationId,
  hash,
});
