import { z } from "zod";
import { may } from "../infra/auth/permissions.ts";
import { type Principal, principalKey } from "../infra/auth/principal.ts";
import type { Api } from "../infra/http/api.ts";
import { problem } from "../infra/http/problem-schema.ts";
import { Problem } from "../infra/http/problems.ts";
import { findCourier } from "../projections/couriers/queries.ts";
import { type ListScope, listOrders } from "../projections/orders/list.ts";
import { afterParameter, decodeCursor, encodeCursor, listParameters, readingOf, stateFreshness } from "./answer.ts";
import { ORDER_STATUSES, orders, siteParams } from "./schemas.ts";
import type { ReadServices } from "./services.ts";

/** Sites of one caller whose orders are listed together. */
const MOST_SITES = 20;

/** Lists of orders. */
export function orderListRoutes(api: Api, services: ReadServices): void {
  api.get(
    "/api/orders",
    {
      config: { action: "order.read" },
      schema: {
        tags: ["orders"],
        summary: "Orders, newest first",
        description:
          "Customers and guests see their own, kitchens those of their sites, couriers the one in hand, support and " +
          "admins all.",
        querystring: z.object({
          after: afterParameter,
          siteId: siteParams.shape.siteId.optional(),
          status: z.enum(ORDER_STATUSES).optional(),
          ...listParameters(100, 50),
        }),
        response: { 200: orders, "4xx": problem, "5xx": problem },
      },
    },
    async (request, reply) => {
      const { principal, query } = request;
      if (!principal) throw new Problem("unauthenticated", "a token is needed");
      const scope = await scopeFor(services, principal, query.siteId);
      const reading = await readingOf(services.positions, "orders", request);
      const place =
        query.cursor === undefined ? undefined : decodeCursor(query.cursor, z.tuple([z.iso.datetime(), z.uuid()]));
      const page = await listOrders(services.pool, reading.generation.schema, {
        scope,
        filter: { statuses: query.status === undefined ? undefined : [query.status] },
        after: place && { placedAt: place[0], orderId: place[1] },
        limit: query.limit,
      });
      await stateFreshness(reply, services.positions, reading);
      reply.header("cache-control", "private, no-cache");
      const last = page.orders.at(-1);
      return { orders: page.orders, next: page.more && last ? encodeCursor([last.placedAt, last.orderId]) : undefined };
    },
  );
}

/** The orders that a caller may list; every one of them passes `order.read`. */
async function scopeFor(
  { pool, schemas }: ReadServices,
  principal: Principal,
  siteId: string | undefined,
): Promise<ListScope> {
  switch (principal.role) {
    case "support":
    case "admin":
      return siteId === undefined ? { kind: "all" } : { kind: "sites", siteIds: [siteId] };
    case "kitchen": {
      if (siteId === undefined) return { kind: "sites", siteIds: principal.sites.slice(0, MOST_SITES) };
      if (!may(principal, "order.read", { siteIds: [siteId] })) {
        throw new Problem("forbidden", `this kitchen may not list the orders of ${siteId}`);
      }
      return { kind: "sites", siteIds: [siteId] };
    }
    case "courier": {
      const found = await findCourier(pool, (await schemas.of("couriers")).schema, principal.id);
      const orderId = found?.courier.orderId;
      return { kind: "orders", orderIds: orderId === undefined ? [] : [orderId] };
    }
    case "customer":
      return { kind: "own", placedBy: principalKey(principal), customerId: principal.id };
    case "guest":
      return { kind: "own", placedBy: principalKey(principal) };
    default:
      throw new Problem("forbidden", `a ${principal.role} may not list orders`);
  }
}
