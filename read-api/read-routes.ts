import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { Api } from "../infra/http/api.ts";
import { Problem } from "../infra/http/problems.ts";
import { NoLiveGenerationError } from "../projections/runner/generations.ts";
import { analyticsRoutes } from "./analytics/analytics-routes.ts";
import { catalogueReadRoutes } from "./catalogue/catalogue-routes.ts";
import { courierWayRoutes } from "./courier-way/courier-way-routes.ts";
import { deliveryPinRoutes } from "./courier-way/delivery-pin-routes.ts";
import { courierRoutes } from "./couriers/courier-routes.ts";
import { customerRoutes } from "./customers/customer-routes.ts";
import { nearRoutes } from "./near/near-routes.ts";
import { orderListRoutes } from "./orders/order-list-routes.ts";
import { orderRoutes } from "./orders/order-routes.ts";
import { radarRoutes } from "./radar/radar-routes.ts";
import { receiptRoutes } from "./receipts/receipt-routes.ts";
import { replayJobRoutes } from "./replay/job-routes.ts";
import { replayProjectionRoutes } from "./replay/projection-routes.ts";
import type { ReadServices } from "./services.ts";
import { siteRoutes } from "./sites/site-routes.ts";
import { asOfRoutes } from "./timeline/as-of-routes.ts";
import { timelineRoutes } from "./timeline/timeline-routes.ts";

/** Every query of the API, under /api. The instance must have zod's compilers and `installAuth`. */
export function readRoutes(app: FastifyInstance, services: ReadServices): void {
  // What an error handler throws goes on to the one of the scope around it.
  app.setErrorHandler((error) => {
    if (!(error instanceof NoLiveGenerationError)) throw error;
    throw new Problem("unavailable", error.message, {}, { cause: error });
  });
  const api: Api = app.withTypeProvider<ZodTypeProvider>();
  orderRoutes(api, services);
  timelineRoutes(api, services);
  asOfRoutes(api, services);
  orderListRoutes(api, services);
  receiptRoutes(api, services);
  courierWayRoutes(api, services);
  deliveryPinRoutes(api, services);
  siteRoutes(api, services);
  courierRoutes(api, services);
  customerRoutes(api, services);
  catalogueReadRoutes(api, services);
  analyticsRoutes(api, services);
  nearRoutes(api, services);
  replayProjectionRoutes(api, services);
  replayJobRoutes(api, services);
  radarRoutes(api, services);
}
