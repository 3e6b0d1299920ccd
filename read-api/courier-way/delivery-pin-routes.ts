import { z } from "zod";
import { authorise } from "../../infra/auth/fastify-auth.ts";
import type { Api } from "../../infra/http/api.ts";
import { problem } from "../../infra/http/problem-schema.ts";
import type { DeliveryPin } from "../../projections/buyer-views.ts";
import { askedPosition } from "../answer.ts";
import { locateOrder } from "../orders/order-lookup.ts";
import { resourceOf, unknownOrder } from "../orders/order-routes.ts";
import { orderParams } from "../parts.ts";
import type { ReadServices } from "../services.ts";
import { recordAccess } from "../staff-access.ts";
import { legOf } from "./courier-way.ts";

const deliveryPin = z
  .object({ pin: z.string().optional().describe("four digits; absent unless a courier is on the way to the buyer") })
  .describe("what the buyer says to the courier") satisfies z.ZodType<DeliveryPin>;

/** The PIN that a buyer proves a delivery with: derived when it is asked for, and stored nowhere. */
export function deliveryPinRoutes(api: Api, services: ReadServices): void {
  api.get(
    "/api/orders/:orderId/pin",
    {
      config: { action: "order.pin" },
      schema: {
        tags: ["orders"],
        summary: "The PIN of a delivery",
        description:
          "From when a courier has picked the order up until it is delivered. For its buyer, and for support, who say it " +
          "on the phone; never for the courier, who has it from the buyer.",
        params: orderParams,
        response: { 200: deliveryPin, "4xx": problem, "5xx": problem },
      },
    },
    async (request, reply) => {
      const { orderId } = request.params;
      const found = await locateOrder(services, orderId, askedPosition(request));
      if (!found) throw unknownOrder(orderId);
      const principal = authorise(request, "order.pin", resourceOf(found.order));
      await recordAccess(services, principal, orderId, "live");
      reply.header("cache-control", "private, no-store");
      return legOf(found.order) === "to_door" ? { pin: services.pinOf(orderId) } : {};
    },
  );
}
