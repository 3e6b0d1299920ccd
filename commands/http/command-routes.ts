import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { Clock } from "../../infra/clock.ts";
import type { CustomerKeys } from "../../infra/keys/customer-keys.ts";
import type { LedgerSequencer } from "../inventory/sequencer.ts";
import type { PlaceOrder } from "../orders/place.ts";
import type { StreamWriter } from "../writing/writer.ts";
import { catalogueRoutes } from "./catalogue-routes.ts";
import { courierRoutes } from "./courier-routes.ts";
import { customerRoutes } from "./customer-routes.ts";
import { kitchenRoutes } from "./kitchen-routes.ts";
import { orderRoutes } from "./order-routes.ts";
import { stockRoutes } from "./stock-routes.ts";

/** What the routes of the write side work with. */
export interface CommandServices {
  readonly writer: StreamWriter;
  readonly placeOrder: PlaceOrder;
  readonly ledgers: LedgerSequencer;
  readonly keys: CustomerKeys;
  readonly fingerprintKey: Uint8Array;
  readonly clock: Clock;
}

/** A fastify instance whose schemas are zod's. */
export type Api = FastifyInstance<
  FastifyInstance["server"],
  Parameters<FastifyInstance["routing"]>[0],
  Parameters<FastifyInstance["routing"]>[1],
  FastifyInstance["log"],
  ZodTypeProvider
>;

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
  customerRoutes(api, services);
  catalogueRoutes(api, services);
  stockRoutes(api, services);
}
