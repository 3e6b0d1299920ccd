import { z } from "zod";
import { authorise } from "../../infra/auth/fastify-auth.ts";
import type { Api } from "../../infra/http/api.ts";
import { problem } from "../../infra/http/problem-schema.ts";
import { Problem } from "../../infra/http/problems.ts";
import { replayOverview } from "../../projections/replay/overview.ts";
import { dropGeneration, GenerationStateError, GenerationUnknownError } from "../../projections/runner/generations.ts";
import type { ReadServices } from "../services.ts";
import { overview, projectionName } from "./schemas.ts";

const tags = ["replay"];
const response = { "4xx": problem, "5xx": problem };

/** Read models with their generations. */
export function replayProjectionRoutes(api: Api, { pool, store, clock, replay }: ReadServices): void {
  api.get(
    "/api/replay/projections",
    {
      config: { action: "replay.read" },
      schema: { tags, summary: "Read models with their generations", response: { 200: overview, ...response } },
    },
    async (_request, reply) => {
      void reply.header("cache-control", "no-store");
      return await replayOverview({ pool, store, clock, projections: replay.projections });
    },
  );

  api.post(
    "/api/replay/generations/:projection/:generation/drop",
    {
      config: { action: "replay.run" },
      schema: {
        tags,
        summary: "Drop a generation that is not live, with its tables",
        params: z.object({ projection: projectionName, generation: z.coerce.number().int().positive() }),
        response: { 200: z.object({ dropped: z.string() }), ...response },
      },
    },
    async (request) => {
      authorise(request, "replay.run", {});
      const { projection, generation } = request.params;
      const removed = !replay.projections.some(({ name }) => name === projection);
      try {
        await dropGeneration(pool, projection, generation, removed);
      } catch (cause) {
        if (cause instanceof GenerationUnknownError) {
          throw new Problem("generation_unknown", cause.message, {}, { cause });
        }
        if (cause instanceof GenerationStateError) throw new Problem("generation_live", cause.message, {}, { cause });
        throw cause;
      }
      return { dropped: `${projection}:${generation}` };
    },
  );
}
