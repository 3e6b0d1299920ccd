import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { Api } from "../infra/http/api.ts";
import { courierRoutes } from "./courier-routes.ts";
import { orderListRoutes } from "./order-list-routes.ts";
import { orderRoutes } from "./order-routes.ts";
import type { ReadServices } from "./services.ts";
import { siteRoutes } from "./site-routes.ts";

/** Every query of the API, under /api. The instance must have zod's compilers and `installAuth`. */
export function readRoutes(app: FastifyInstance, services: ReadServices): void {
  const api: Api = app.withTypeProvider<ZodTypeProvider>();
  orderRoutes(api, services);
  orderListRoutes(api, services);
  siteRoutes(api, services);
  courierRoutes(api, services);
}
