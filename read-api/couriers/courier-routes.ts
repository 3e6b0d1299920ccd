import { z } from "zod";
import { authorise } from "../../infra/auth/fastify-auth.ts";
import type { Api } from "../../infra/http/api.ts";
import { problem } from "../../infra/http/problem-schema.ts";
import { listCities } from "../../projections/catalogue/queries.ts";
import { findCourier } from "../../projections/couriers/queries.ts";
import { afterParameter, askedPosition, contentTag, isUnchanged, readingOf, stateFreshness } from "../answer.ts";
import { courierParams, unchanged } from "../parts.ts";
import type { ReadServices } from "../services.ts";
import { cities, courier, courierWork } from "./schemas.ts";
import { workOf } from "./work.ts";

const config = { action: "courier.act" } as const;
const tags = ["couriers"];

/** A courier's own view, and the cities that one can ride in. */
export function courierRoutes(api: Api, services: ReadServices): void {
  const { pool, positions } = services;
  api.get(
    "/api/couriers/:courierId",
    {
      config,
      schema: {
        tags,
        summary: "A courier's shift and the order in hand or offered",
        description: "A courier who has never been on shift is off shift.",
        params: courierParams,
        querystring: z.object({ after: afterParameter }),
        response: { 200: courier, 304: unchanged, "4xx": problem, "5xx": problem },
      },
    },
    async (request, reply) => {
      const { courierId } = request.params;
      authorise(request, "courier.act", { courierId });
      const reading = await readingOf(positions, "couriers", request);
      const found = await findCourier(pool, reading.generation.schema, courierId);
      await stateFreshness(reply, positions, reading);
      if (!found) return { courierId, onShift: false };
      if (isUnchanged(request, reply, found.revision)) return await reply.code(304).send(null);
      return found.courier;
    },
  );

  api.get(
    "/api/couriers/:courierId/work",
    {
      config,
      schema: {
        tags,
        summary: "What a courier has to do now: the order that is offered to them, or theirs",
        description: "To whom it goes and what is to be carried is told from acceptance until it is delivered.",
        params: courierParams,
        querystring: z.object({ after: afterParameter }),
        response: { 200: courierWork, "4xx": problem, "5xx": problem },
      },
    },
    async (request, reply) => {
      const { courierId } = request.params;
      authorise(request, "courier.act", { courierId });
      const reading = await readingOf(positions, "couriers", request);
      const work = await workOf(services, reading.generation.schema, courierId, askedPosition(request));
      await stateFreshness(reply, positions, reading);
      reply.header("cache-control", "no-store");
      return work;
    },
  );

  api.get(
    "/api/cities",
    {
      config: { action: "catalogue.read" },
      schema: {
        tags: ["sites"],
        summary: "Cities that have a site",
        querystring: z.object({ after: afterParameter }),
        response: { 200: cities, 304: unchanged, "4xx": problem, "5xx": problem },
      },
    },
    async (request, reply) => {
      const reading = await readingOf(positions, "catalogue", request);
      const answer = { cities: await listCities(pool, reading.generation.schema) };
      await stateFreshness(reply, positions, reading);
      if (isUnchanged(request, reply, contentTag(answer))) return await reply.code(304).send(null);
      return answer;
    },
  );
}
