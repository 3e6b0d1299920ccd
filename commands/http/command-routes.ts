import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { Api } from "../../infra/http/api.ts";
import { bulkRoutes } from "./bulk-routes.ts";
import { catalogueRoutes } from "./catalogue-routes.ts";
import { courierPositionRoute } from "./courier-position-route.ts";
import { courierRoutes } from "./courier-routes.ts";
import { customerRoutes } from "./customer-routes.ts";
import { kitchenRoutes } from "./kitchen-routes.ts";
import { orderRoutes } from "./order-routes.ts";
import type { CommandServices } from "./services.ts";
import { stockRoutes } from "./stock-routes.ts";
import { supportRoutes } from "./support-routes.ts";

/** Every command of the API, under /api. */
export function commandRoutes(app: FastifyInstance, services: CommandServices): void {
  app.decorateRequest("sentBody", undefined);
  // Parsing fills in defaults; the fingerprint covers the body as it was sent.
  app.addHook("preValidation", async (request) => {
    request.sentBody = request.body;
  });
  const api: Api = app.withTypeProvider<ZodTypeProvider>();
  orderRoutes(api, services);
  kitchenRoutes(api, services);
  courierRoutes(api, services);
  courierPositionRoute(api, services);
  customerRoutes(api, services);
  catalogueRoutes(api, services);
  bulkRoutes(api, services);
  stockRoutes(api, services);
  supportRoutes(api, services);
}
