import type { Api } from "../../infra/http/api.ts";
import type { ReadServices } from "../services.ts";
import { orderCountRoute } from "./order-count-route.ts";
import { stepRoutes } from "./step-routes.ts";
import { stockOutRoute } from "./stock-out-route.ts";

/** What analysts ask of orders and stock, as JSON or as a CSV file. */
export function analyticsRoutes(api: Api, services: ReadServices): void {
  orderCountRoute(api, services);
  stepRoutes(api, services);
  stockOutRoute(api, services);
}
