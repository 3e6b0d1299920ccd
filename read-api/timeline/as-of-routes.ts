import { z } from "zod";
import { authorise } from "../../infra/auth/fastify-auth.ts";
import type { Api } from "../../infra/http/api.ts";
import { problem } from "../../infra/http/problem-schema.ts";
import { Problem } from "../../infra/http/problems.ts";
import { foldBatch } from "../../projections/orders/fold.ts";
import { orderView } from "../../projections/orders/view.ts";
import { isUnchanged } from "../answer.ts";
import { readOrderStream } from "../orders/order-lookup.ts";
import { resourceOf, unknownOrder } from "../orders/order-routes.ts";
import { order } from "../orders/schemas.ts";
import { orderParams, unchanged } from "../parts.ts";
import type { ReadServices } from "../services.ts";
import { recordAccess } from "../staff-access.ts";

/** An order as its customer saw it once. */
export function asOfRoutes(api: Api, services: ReadServices): void {
  api.get(
    "/api/orders/:orderId/as-of/:revision",
    {
      config: { action: "timeline.read" },
      schema: {
        tags: ["orders"],
        summary: "An order as it was after one of its events: what its customer was shown then",
        description: "Folded from the event store, up to and with the event of this revision. Without the contact.",
        params: orderParams.extend({ revision: z.string().regex(/^\d{1,6}$/) }),
        response: { 200: order, 304: unchanged, "4xx": problem, "5xx": problem },
      },
    },
    async (request, reply) => {
      const { orderId, revision } = request.params;
      const events = await readOrderStream(services.store, orderId);
      const last = BigInt(revision);
      const { orders, placings } = foldBatch(
        new Map(),
        events.filter((event) => event.revision <= last),
      );
      const [row, placing] = [orders.get(orderId), placings.get(orderId)];
      if (!row || !placing) throw unknownOrder(orderId);
      const principal = authorise(request, "timeline.read", resourceOf(row.order));
      if (last >= BigInt(events.length)) {
        throw new Problem("invalid_request", `/revision: the last event of the order is ${events.length - 1}`);
      }
      await recordAccess(services, principal, orderId, "timeline");
      // What was, stays as it was.
      if (isUnchanged(request, reply, revision)) return await reply.code(304).send(null);
      return orderView({ ...row, placing });
    },
  );
}
