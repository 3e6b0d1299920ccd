import { z } from "zod";
import { authorise } from "../../infra/auth/fastify-auth.ts";
import type { Api } from "../../infra/http/api.ts";
import { problem } from "../../infra/http/problem-schema.ts";
import {
  afterParameter,
  askedPosition,
  contentTag,
  decodeCursor,
  encodeCursor,
  isUnchanged,
  listParameters,
  stateFreshness,
} from "../answer.ts";
import { resourceOf, unknownOrder } from "../orders/order-routes.ts";
import { orderParams, timeline, unchanged } from "../schemas.ts";
import type { ReadServices } from "../services.ts";
import { recordAccess } from "../staff-access.ts";
import { setAsideOf } from "./set-aside.ts";
import { tellTimeline } from "./timeline-entries.ts";
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
        description:
          "Who did it and for whom, what caused it, what it changed, and a sentence that says so. Answered from the " +
          "event store (`X-Source: event-store`) when the read model cannot tell yet.",
        params: orderParams,
        querystring: z.object({ after: afterParameter, ...listParameters(1_000, 200) }),
        response: { 200: timeline, 304: unchanged, "4xx": problem, "5xx": problem },
      },
    },
    async (request, reply) => {
      const { orderId } = request.params;
      const { cursor, limit } = request.query;
      const [after] = cursor === undefined ? ["-1"] : decodeCursor(cursor, z.tuple([z.string().regex(/^\d{1,19}$/)]));
      const found = await locateTimeline(services, orderId, askedPosition(request));
      if (!found) throw unknownOrder(orderId);
      const rest = found.events.filter(({ revision }) => revision > BigInt(after));
      const page = new Set(rest.slice(0, limit));
      const { order, entries } = tellTimeline(orderId, found.events, (event) => page.has(event));
      if (!order) throw unknownOrder(orderId);
      const principal = authorise(request, "timeline.read", resourceOf(order));
      await recordAccess(services, principal, orderId, "timeline");
      const setAside = await setAsideOf(services, orderId);
      const newest = found.events.at(-1) ?? found.events[0];
      reply.header("x-source", found.source);
      if (found.standing) await stateFreshness(reply, services.positions, { ...found.standing, stale: found.stale });
      else reply.header("x-position", newest.position.toString()).header("x-age-ms", "0");
      const tag = setAside.length === 0 ? newest.revision : `${newest.revision}-${contentTag(setAside)}`;
      if (isUnchanged(request, reply, tag)) return await reply.code(304).send(null);
      const last = entries.at(-1);
      const next = last && rest.length > limit ? encodeCursor([last.revision]) : undefined;
      return { orderId, events: entries, ...(setAside.length > 0 && { setAside }), next };
    },
  );
}
