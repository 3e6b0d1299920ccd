import { z } from "zod";
import { FAILURE_CLASS, type FailureType } from "../../domain/order/events.ts";
import type { Principal } from "../../infra/auth/principal.ts";
import type { Api } from "../../infra/http/api.ts";
import { problem } from "../../infra/http/problem-schema.ts";
import { Problem } from "../../infra/http/problems.ts";
import { listCities } from "../../projections/catalogue/queries.ts";
import { findCourier } from "../../projections/couriers/queries.ts";
import { listOrders, type OrderFilter } from "../../projections/orders/list.ts";
import {
  afterParameter,
  contentTag,
  decodeCursor,
  encodeCursor,
  isUnchanged,
  listParameters,
  type Reading,
  readingOf,
  stateFreshness,
  wordParameter,
} from "../answer.ts";
import { siteParams, unchanged } from "../parts.ts";
import type { ReadServices } from "../services.ts";
import { isTimeZone } from "./days.ts";
import { scopeFor } from "./list-scope.ts";
import { ORDER_STATUSES, orders } from "./schemas.ts";
import { withCustomers } from "./search-customers.ts";
import { readSearchText, type SearchText } from "./search-text.ts";

const status = z.enum(ORDER_STATUSES);
const amount = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const failureTypes = Object.keys(FAILURE_CLASS) as [FailureType, ...FailureType[]]; // the keys of that object

const parameters = z.object({
  after: afterParameter,
  q: z
    .string()
    .max(200)
    .optional()
    .describe(
      "what somebody typed: an order's number or id, a customer's id, an amount, a status, web or phone, courier or " +
        "parcel, `in <city>`, today or yesterday, late, in English or German; from support and admins also a customer's " +
        "name, the end of their phone number, their email; the answer says what was understood",
    ),
  timeZone: z
    .string()
    .max(64)
    .refine(isTimeZone, "a time zone such as Europe/Berlin")
    .optional()
    .describe("whose midnight days of `q` begin at; UTC when left out"),
  orderId: z.uuid().toLowerCase().optional(),
  number: z
    .string()
    .regex(/^#?[0-9a-fA-F]{3,8}$/)
    .optional()
    .describe("the first 3 to 8 characters of the order's number"),
  customerId: z.uuid().toLowerCase().optional(),
  siteId: siteParams.shape.siteId.optional(),
  city: wordParameter.optional(),
  channel: z.enum(["web", "phone", "api"]).optional(),
  method: z.enum(["courier", "parcel"]).optional(),
  status: z
    .union([status, z.array(status).max(ORDER_STATUSES.length)])
    .optional()
    .describe("repeat it for several: any of them"),
  minTotal: amount.optional().describe("minor units"),
  maxTotal: amount.optional().describe("minor units"),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .optional(),
  from: z.iso.datetime().optional().describe("placed at or after"),
  to: z.iso.datetime().optional().describe("placed before"),
  failure: z.enum(failureTypes).optional(),
  rejection: wordParameter.optional().describe("the code of a site's reason, such as `too_busy`"),
  late: z.literal("true").optional().describe("delivered later than promised or than 45 min, or due and not there"),
  ...listParameters(100, 50),
});

/** Lists of orders, and search. */
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
          "admins all. Everything that is asked for has to hold. A cursor goes on after the last order that was " +
          "shown, whatever comes in meanwhile.",
        querystring: parameters,
        response: { 200: orders, 304: unchanged, "4xx": problem, "5xx": problem },
      },
    },
    async (request, reply) => {
      const { principal, query } = request;
      if (!principal) throw new Problem("unauthenticated", "a token is needed");
      let couriers: Reading | undefined;
      const scope = await scopeFor(principal, query.siteId, async (courierId) => {
        couriers = await readingOf(services.positions, "couriers", request);
        return (await findCourier(services.pool, couriers.generation.schema, courierId))?.courier.orderId;
      });
      const reading = await readingOf(services.positions, "orders", request);
      const place =
        query.cursor === undefined ? undefined : decodeCursor(query.cursor, z.tuple([z.iso.datetime(), z.uuid()]));
      const now = services.clock.now();
      const search = query.q === undefined ? undefined : await understand(services, principal, query, now);
      const page = findsNothing(search)
        ? { orders: [], more: false }
        : await listOrders(services.pool, reading.generation.schema, {
            scope,
            filters: [filterOf(query, now), search?.filter ?? {}],
            after: place && { placedAt: place[0], orderId: place[1] },
            limit: query.limit,
          });
      const stale = reading.stale || (couriers?.stale ?? false);
      await stateFreshness(reply, services.positions, { ...reading, stale });
      const last = page.orders.at(-1);
      const next = page.more && last ? encodeCursor([last.placedAt, last.orderId]) : undefined;
      const shown = page.orders.map(({ orderId, revision }) => [orderId, revision]);
      if (isUnchanged(request, reply, contentTag([shown, next, search]))) return await reply.code(304).send(null);
      return {
        orders: page.orders,
        next,
        search: search && { understood: search.understood, notUnderstood: search.notUnderstood },
      };
    },
  );
}

/** Reads what somebody typed with what there is: the cities, and the customers for those who may search them. */
async function understand(
  services: ReadServices,
  principal: Principal,
  { q = "", timeZone }: Pick<z.output<typeof parameters>, "q" | "timeZone">,
  now: number,
): Promise<SearchText> {
  const { schema } = await services.schemas.of("catalogue");
  const cities = await listCities(services.pool, schema);
  const search = readSearchText(q, { statuses: ORDER_STATUSES, now, timeZone, cities });
  return await withCustomers(services, principal, q, search);
}

/** A text of which nothing was understood finds nothing, in place of everything. An empty one is none. */
const findsNothing = (search: SearchText | undefined): boolean =>
  search !== undefined && search.understood.length === 0 && search.notUnderstood.length > 0;

const filterOf = (query: z.output<typeof parameters>, now: number): OrderFilter => ({
  orderId: query.orderId,
  number: query.number?.replace("#", "").toLowerCase(),
  customerId: query.customerId,
  siteId: query.siteId,
  city: query.city,
  channel: query.channel,
  method: query.method,
  statuses: typeof query.status === "string" ? [query.status] : query.status,
  leastTotal: query.minTotal,
  mostTotal: query.maxTotal,
  currency: query.currency,
  from: query.from,
  to: query.to,
  failure: query.failure,
  rejection: query.rejection,
  lateAt: query.late && new Date(now).toISOString(),
});
