import { z } from "zod";
import type { Order } from "../../domain/order/state.ts";
import { authorise } from "../../infra/auth/fastify-auth.ts";
import type { Api } from "../../infra/http/api.ts";
import { problem } from "../../infra/http/problem-schema.ts";
import type { CourierWay } from "../../projections/buyer-views.ts";
import { findSite } from "../../projections/catalogue/queries.ts";
import type { FoundOrder } from "../../projections/orders/rows.ts";
import { askedPosition } from "../answer.ts";
import type { Position } from "../near/travel-times.ts";
import { locateOrder } from "../orders/order-lookup.ts";
import { resourceOf, unknownOrder } from "../orders/order-routes.ts";
import { orderParams } from "../parts.ts";
import { mayKnowContact, openContact } from "../personal.ts";
import type { ReadServices } from "../services.ts";
import { recordAccess } from "../staff-access.ts";
import { firstStop, legOf, wayOf } from "./courier-way.ts";

const count = z.number().int();

const courierWay = z
  .object({
    leg: z
      .enum(["none", "to_site", "at_site", "to_door"])
      .describe("on the way to the shop, there, on the way to the buyer; none: nobody yet, or done"),
    left: z
      .object({ metres: count.describe("as the crow flies"), minutes: count.describe("estimated") })
      .optional()
      .describe("of the leg; absent while nobody knows where the courier is, or where the leg ends"),
    donePercent: count.optional().describe("of the way from shop to door, while bringing it"),
  })
  .describe("how the courier comes along") satisfies z.ZodType<CourierWay>;

/** How an order's courier comes along: live, and stored nowhere. */
export function courierWayRoutes(api: Api, services: ReadServices): void {
  api.get(
    "/api/orders/:orderId/courier",
    {
      config: { action: "order.read" },
      schema: {
        tags: ["orders"],
        summary: "How an order's courier comes along",
        description:
          "How far and how many minutes the courier still has to go, from what the couriers' app says now. Where exactly " +
          "the courier is, is not told. For whoever may know where the order goes.",
        params: orderParams,
        response: { 200: courierWay, "4xx": problem, "5xx": problem },
      },
    },
    async (request, reply) => {
      const { orderId } = request.params;
      const found = await locateOrder(services, orderId, askedPosition(request));
      if (!found) throw unknownOrder(orderId);
      const principal = authorise(request, "order.read", resourceOf(found.order));
      await recordAccess(services, principal, orderId, "live");
      // It changes by itself, and says something of where a person is.
      reply.header("cache-control", "private, no-store");
      const leg = legOf(found.order);
      if (!mayKnowContact(principal, found) || leg === "none" || leg === "at_site") return { leg };
      const [courier, site, door] = await Promise.all([
        courierOf(services, found.order),
        siteOf(services, found.order),
        doorOf(services, found),
      ]);
      return await wayOf(leg, { courier, site, door });
    },
  );
}

async function courierOf({ couriers }: ReadServices, order: Order): Promise<Position | undefined> {
  const { courierId } = order.courier;
  return courierId === undefined ? undefined : await couriers.of(courierId, firstStop(order)?.city ?? "");
}

async function siteOf({ pool, schemas }: ReadServices, order: Order): Promise<Position | undefined> {
  const siteId = firstStop(order)?.siteId;
  if (siteId === undefined) return undefined;
  const { schema } = await schemas.of("catalogue");
  return (await findSite(pool, schema, siteId))?.site.position;
}

const doorOf = async ({ keys, log }: ReadServices, found: FoundOrder): Promise<Position | undefined> =>
  (await openContact(keys, log, found))?.position;
