import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";

/** A fastify instance whose schemas are zod's. */
export type Api = FastifyInstance<
  FastifyInstance["server"],
  Parameters<FastifyInstance["routing"]>[0],
  Parameters<FastifyInstance["routing"]>[1],
  FastifyInstance["log"],
  ZodTypeProvider
>;
