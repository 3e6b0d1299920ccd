import { z } from "zod";
import { authorise } from "../infra/auth/fastify-auth.ts";
import type { Api } from "../infra/http/api.ts";
import { problem } from "../infra/http/problem-schema.ts";
import { findCourier } from "../projections/couriers/queries.ts";
import { afterParameter, isUnchanged, readingOf, stateFreshness } from "./answer.ts";
import { courier, courierParams, unchanged } from "./schemas.ts";
import type { ReadServices } from "./services.ts";

/** A courier's own view. */
export function courierRoutes(api: Api, { pool, positions }: ReadServices): void {
  api.get(
    "/api/couriers/:courierId",
    {
      config: { action: "courier.act" },
      schema: {
        tags: ["couriers"],
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
}
