import { z } from "zod";
import { authorise } from "../../infra/auth/fastify-auth.ts";
import { toInstant } from "../../infra/clock.ts";
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
import { answerIn, languageParameter } from "../language.ts";
import { resourceOf, unknownOrder } from "../orders/order-routes.ts";
import { orderParams, unchanged } from "../parts.ts";
import type { ReadServices } from "../services.ts";
import { recordAccess } from "../staff-access.ts";
import { timeline } from "./schemas.ts";
import { setAsideOf } from "./set-aside.ts";
import { tellStory } from "./story.ts";
import { tellTimeline } from "./timeline-entries.ts";
import { locateTimeline } from "./timeline-lookup.ts";
import { withTyped } from "./typed.ts";

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
          "event store (`X-Source: event-store`) when the read model cannot tell yet. The story says in three sentences " +
          "how it began, what has happened, and what is wrong, each with the events that say so.",
        params: orderParams,
        querystring: z.object({
          after: afterParameter,
          since: z
            .string()
            .regex(/^\d{1,19}$/)
            .optional()
            .describe("only events after this revision; the story is told of all of them"),
          language: languageParameter,
          ...listParameters(1_000, 200),
        }),
        response: { 200: timeline, 304: unchanged, "4xx": problem, "5xx": problem },
      },
    },
    async (request, reply) => {
      const { orderId } = request.params;
      const { cursor, limit, since = "-1" } = request.query;
      const language = answerIn(request, reply, request.query.language);
      const [after] = cursor === undefined ? [since] : decodeCursor(cursor, z.tuple([z.string().regex(/^\d{1,19}$/)]));
      const found = await locateTimeline(services, orderId, askedPosition(request));
      if (!found) throw unknownOrder(orderId);
      const rest = found.events.filter(({ revision }) => revision > BigInt(after));
      const page = new Set(rest.slice(0, limit));
      const { order, entries, happened, told } = tellTimeline(
        orderId,
        found.events,
        (event) => page.has(event),
        language,
      );
      if (!order) throw unknownOrder(orderId);
      const principal = authorise(request, "timeline.read", resourceOf(order));
      await recordAccess(services, principal, orderId, "timeline");
      const setAside = await setAsideOf(services, orderId, language);
      const now = services.clock.now();
      const { lines, stands } = tellStory({ order, told, happened, setAside, now, language });
      const newest = found.events.at(-1) ?? found.events[0];
      reply.header("x-source", found.source);
      if (found.standing) await stateFreshness(reply, services.positions, { ...found.standing, stale: found.stale });
      else reply.header("x-position", newest.position.toString()).header("x-age-ms", "0");
      // The story also changes with the time: an order becomes late without an event.
      const tag = `${newest.revision}-${contentTag([language, setAside, lines])}`;
      const same = isUnchanged(request, reply, tag);
      reply.header("vary", "authorization, accept-language");
      if (same) return await reply.code(304).send(null);
      const last = entries.at(-1);
      const next = last && rest.length > limit ? encodeCursor([last.revision]) : undefined;
      return {
        orderId,
        events: await withTyped(services, orderId, order.customerId, entries),
        ...(setAside.length > 0 && { setAside }),
        story: { at: toInstant(now), lines, stands },
        next,
      };
    },
  );
}
