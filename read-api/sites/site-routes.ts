import { z } from "zod";
import { openState } from "../../domain/site/opening-hours.ts";
import type { Site } from "../../domain/site/site.ts";
import { PROMISED_MINUTES } from "../../domain/site/site.ts";
import { authorise } from "../../infra/auth/fastify-auth.ts";
import { may } from "../../infra/auth/permissions.ts";
import type { Api } from "../../infra/http/api.ts";
import { problem } from "../../infra/http/problem-schema.ts";
import { Problem } from "../../infra/http/problems.ts";
import { stockOf, stockOfSite } from "../../projections/availability/queries.ts";
import { findItems, findSite, listSites } from "../../projections/catalogue/queries.ts";
import { readKitchen } from "../../projections/kitchen/queries.ts";
import type { MenuItem, TicketView } from "../../projections/views.ts";
import {
  afterParameter,
  contentTag,
  cursorAfter,
  decodeCursor,
  encodeCursor,
  isUnchanged,
  keyAfter,
  listParameters,
  readingOf,
  stateFreshness,
  wordParameter,
} from "../answer.ts";
import { siteParams, unchanged } from "../parts.ts";
import { openNotes } from "../personal.ts";
import type { ReadServices } from "../services.ts";
import { availability, kitchen, menu, site, sites } from "./schemas.ts";

/** Sites: what they are, what they sell, what is in stock there, what their kitchen has to do. */
export function siteRoutes(api: Api, services: ReadServices): void {
  const { pool, positions, clock, keys, log } = services;

  api.get(
    "/api/sites",
    {
      config: { action: "catalogue.read" },
      schema: {
        tags: ["sites"],
        summary: "Sites",
        querystring: z.object({
          after: afterParameter,
          city: wordParameter.optional(),
          kind: z.enum(["restaurant", "bakery", "dark_store", "warehouse"]).optional(),
          q: wordParameter.optional().describe("a part of the name, the id or the city"),
          closed: z.literal("true").optional().describe("those that are closed for good too"),
          ...listParameters(100, 50),
        }),
        response: { 200: sites, 304: unchanged, "4xx": problem, "5xx": problem },
      },
    },
    async (request, reply) => {
      const { cursor, limit, city, kind, q: text, closed } = request.query;
      const reading = await readingOf(positions, "catalogue", request);
      const after = keyAfter(cursor);
      const found = await listSites(pool, reading.generation.schema, {
        city,
        kind,
        text,
        closed: closed !== undefined,
        after,
        limit,
      });
      await stateFreshness(reply, positions, reading);
      const answer = { sites: found, next: cursorAfter(found, limit, ({ siteId }) => siteId) };
      if (isUnchanged(request, reply, contentTag(answer))) return await reply.code(304).send(null);
      return answer;
    },
  );

  api.get(
    "/api/sites/:siteId",
    {
      config: { action: "catalogue.read" },
      schema: {
        tags: ["sites"],
        summary: "A site",
        params: siteParams,
        querystring: z.object({ after: afterParameter }),
        response: { 200: site, 304: unchanged, "4xx": problem, "5xx": problem },
      },
    },
    async (request, reply) => {
      const reading = await readingOf(positions, "catalogue", request);
      const found = await siteOrProblem(services, reading.generation.schema, request.params.siteId);
      await stateFreshness(reply, positions, reading);
      if (isUnchanged(request, reply, found.revision)) return await reply.code(304).send(null);
      return found.site;
    },
  );

  api.get(
    "/api/sites/:siteId/menu",
    {
      config: { action: "catalogue.read" },
      schema: {
        tags: ["sites"],
        summary: "What a site sells, with what is in stock there",
        description: "X-Position and X-Age-Ms are those of the stock.",
        params: siteParams,
        querystring: z.object({ after: afterParameter, ...listParameters(1_000, 1_000) }),
        response: { 200: menu, 304: unchanged, "4xx": problem, "5xx": problem },
      },
    },
    async (request, reply) => {
      const { siteId } = request.params;
      const { cursor, limit } = request.query;
      const [begin] = cursor === undefined ? [0] : decodeCursor(cursor, z.tuple([z.number().int().min(0)]));
      const [reading, catalogue] = await Promise.all([
        readingOf(positions, "availability", request),
        readingOf(positions, "catalogue", request),
      ]);
      const { site: found } = await siteOrProblem(services, catalogue.generation.schema, siteId);
      const skus = found.menu.slice(begin, begin + limit);
      const [items, stock] = await Promise.all([
        findItems(pool, catalogue.generation.schema, skus),
        stockOf(pool, reading.generation.schema, siteId, skus),
      ]);
      await stateFreshness(reply, positions, { ...reading, stale: reading.stale || catalogue.stale });
      const answer = {
        siteId,
        openState: openStateOf(found, clock.now()),
        promisedMinutes: PROMISED_MINUTES[found.kind],
        items: skus.flatMap((sku): MenuItem[] => {
          const item = items.get(sku);
          if (!item) return [];
          const { name, description, price, taxBasisPoints, unit, allergens, emoji, picture } = item;
          const available = stock.get(sku)?.available ?? 0;
          return [{ sku, name, description, price, taxBasisPoints, unit, allergens, emoji, picture, available }];
        }),
        next: begin + limit < found.menu.length ? encodeCursor([begin + limit]) : undefined,
      };
      if (isUnchanged(request, reply, contentTag(answer))) return await reply.code(304).send(null);
      return answer;
    },
  );

  api.get(
    "/api/sites/:siteId/availability",
    {
      config: { action: "availability.read" },
      schema: {
        tags: ["sites"],
        summary: "Stock of a site",
        params: siteParams,
        querystring: z.object({ after: afterParameter, ...listParameters(1_000, 500) }),
        response: { 200: availability, 304: unchanged, "4xx": problem, "5xx": problem },
      },
    },
    async (request, reply) => {
      const { siteId } = request.params;
      const { cursor, limit } = request.query;
      const after = keyAfter(cursor);
      const reading = await readingOf(positions, "availability", request);
      const levels = await stockOfSite(pool, reading.generation.schema, siteId, after, limit);
      await stateFreshness(reply, positions, reading);
      const keepsStock = may(request.principal, "stock.receive", { siteId });
      const answer = {
        siteId,
        stock: levels.map(({ sku, available, unavailable, onHand, reserved }) =>
          keepsStock ? { sku, available, unavailable, onHand, reserved } : { sku, available, unavailable },
        ),
        next: cursorAfter(levels, limit, ({ sku }) => sku),
      };
      if (isUnchanged(request, reply, contentTag(answer))) return await reply.code(304).send(null);
      return answer;
    },
  );

  api.get(
    "/api/sites/:siteId/kitchen",
    {
      config: { action: "topic.kitchen" },
      schema: {
        tags: ["sites"],
        summary: "A kitchen's tickets",
        description: "Notes are opened for the site's own staff.",
        params: siteParams,
        querystring: z.object({ after: afterParameter }),
        response: { 200: kitchen, 304: unchanged, "4xx": problem, "5xx": problem },
      },
    },
    async (request, reply) => {
      const { siteId } = request.params;
      const principal = authorise(request, "topic.kitchen", { siteId });
      const reading = await readingOf(positions, "kitchen", request);
      const now = clock.now();
      const { tickets } = await readKitchen(pool, reading.generation.schema, siteId, now);
      await stateFreshness(reply, positions, reading);
      const opened = may(principal, "kitchen.act", { siteId }) ? await openNotes(keys, log, tickets) : tickets;
      // Ages grow by themselves: whoever has the tickets knows them from when each was received.
      if (isUnchanged(request, reply, contentTag(opened))) return await reply.code(304).send(null);
      return { siteId, tickets: opened.map((ticket) => ({ ...ticket, ageSeconds: ageSeconds(ticket, now) })) };
    },
  );
}

/** Seconds of business time; never less than none, whatever the clocks of processes say. */
const ageSeconds = ({ receivedAt }: TicketView, now: number): number =>
  Math.max(0, Math.floor((now - Date.parse(receivedAt)) / 1_000));

const openStateOf = ({ status, hours, timeZone }: Site, now: number) =>
  status === "open" ? openState(hours, timeZone, now) : "closed";

async function siteOrProblem({ pool }: ReadServices, schema: string, siteId: string) {
  const found = await findSite(pool, schema, siteId);
  if (!found) throw new Problem("site_unknown", `there is no site ${siteId}`);
  return found;
}
