import { z } from "zod";
import { itemStream } from "../../domain/catalogue/item.ts";
import { SLUG, siteStream } from "../../domain/site/site.ts";
import type { Api } from "../../infra/http/api.ts";
import { problem } from "../../infra/http/problem-schema.ts";
import { Problem } from "../../infra/http/problems.ts";
import { findItem, listItems, listWholeSites } from "../../projections/catalogue/queries.ts";
import {
  afterParameter,
  contentTag,
  cursorAfter,
  isUnchanged,
  keyAfter,
  listParameters,
  readingOf,
  stateFreshness,
  wordParameter,
} from "../answer.ts";
import { siteParams, unchanged } from "../parts.ts";
import type { ReadServices } from "../services.ts";
import { site } from "../sites/schemas.ts";

const itemParams = z.object({ sku: z.string().max(80).regex(SLUG) });

const item = z.object({
  sku: z.string(),
  name: z.string(),
  description: z.string(),
  price: z.object({ amount: z.number().int().describe("minor units"), currency: z.string() }),
  taxBasisPoints: z.number().int(),
  unit: z.enum(["each", "g"]),
  allergens: z.array(z.string()).readonly(),
  emoji: z.string().optional(),
  picture: z.string().optional().describe("address of its picture"),
  withdrawn: z.boolean(),
});

const change = z.object({
  revision: z.string(),
  type: z.string(),
  at: z.string(),
  actor: z.object({ type: z.string(), id: z.string() }),
  data: z.unknown().describe("as stored: what it says, and nothing of what it leaves as it was"),
});
const history = z.object({ changes: z.array(change).readonly() }).describe("oldest first");

/** Changes of one item or site that are shown; whoever has more has the newest. */
const MOST_CHANGES = 500;

/** The catalogue as those who keep it see it: items whether sold or not, files of all of it, and who changed what. */
export function catalogueReadRoutes(api: Api, services: ReadServices): void {
  const { pool, positions } = services;

  api.get(
    "/api/items",
    {
      config: { action: "catalogue.read" },
      schema: {
        tags: ["catalogue"],
        summary: "Items",
        querystring: z.object({
          after: afterParameter,
          q: wordParameter.optional().describe("a part of the name or the SKU"),
          withdrawn: z.literal("true").optional().describe("those that are not sold any more too"),
          ...listParameters(500, 50),
        }),
        response: {
          200: z.object({ items: z.array(item).readonly(), next: z.string().optional() }).describe("by SKU"),
          304: unchanged,
          "4xx": problem,
          "5xx": problem,
        },
      },
    },
    async (request, reply) => {
      const { q: text, withdrawn, cursor, limit } = request.query;
      const reading = await readingOf(positions, "catalogue", request);
      const after = keyAfter(cursor);
      const schema = reading.generation.schema;
      const items = await listItems(pool, schema, { text, withdrawn: withdrawn !== undefined, after, limit });
      await stateFreshness(reply, positions, reading);
      const answer = { items, next: cursorAfter(items, limit, ({ sku }) => sku) };
      if (isUnchanged(request, reply, contentTag(answer))) return await reply.code(304).send(null);
      return answer;
    },
  );

  api.get(
    "/api/items/:sku",
    {
      config: { action: "catalogue.read" },
      schema: {
        tags: ["catalogue"],
        summary: "An item",
        params: itemParams,
        querystring: z.object({ after: afterParameter }),
        response: { 200: item.describe("the item"), 304: unchanged, "4xx": problem, "5xx": problem },
      },
    },
    async (request, reply) => {
      const { sku } = request.params;
      const reading = await readingOf(positions, "catalogue", request);
      const found = await findItem(pool, reading.generation.schema, sku);
      await stateFreshness(reply, positions, reading);
      if (!found) throw new Problem("item_unknown", `there is no item ${sku}`);
      if (isUnchanged(request, reply, found.revision)) return await reply.code(304).send(null);
      return found.item;
    },
  );

  api.get(
    "/api/catalogue/sites",
    {
      config: { action: "catalogue.write" },
      schema: {
        tags: ["catalogue"],
        summary: "Sites with their menus, to be put into a file",
        querystring: z.object({ after: afterParameter, ...listParameters(50, 20) }),
        response: {
          200: z.object({ sites: z.array(site).readonly(), next: z.string().optional() }).describe("by id"),
          "4xx": problem,
          "5xx": problem,
        },
      },
    },
    async (request, reply) => {
      const { cursor, limit } = request.query;
      const reading = await readingOf(positions, "catalogue", request);
      const after = keyAfter(cursor);
      const sites = await listWholeSites(pool, reading.generation.schema, after, limit);
      await stateFreshness(reply, positions, reading);
      return { sites, next: cursorAfter(sites, limit, ({ siteId }) => siteId) };
    },
  );

  api.get(
    "/api/items/:sku/history",
    {
      config: { action: "catalogue.write" },
      schema: {
        tags: ["catalogue"],
        summary: "Who changed an item, and what",
        params: itemParams,
        response: { 200: history, "4xx": problem, "5xx": problem },
      },
    },
    async (request) => await historyOf(services, itemStream(request.params.sku)),
  );

  api.get(
    "/api/sites/:siteId/history",
    {
      config: { action: "catalogue.write" },
      schema: {
        tags: ["catalogue"],
        summary: "Who changed a site, and what",
        params: siteParams,
        response: { 200: history, "4xx": problem, "5xx": problem },
      },
    },
    async (request) => await historyOf(services, siteStream(request.params.siteId)),
  );
}

/** From the stream itself, so that nothing said there can be missing; empty for one that does not exist. */
async function historyOf({ store }: ReadServices, stream: string): Promise<z.output<typeof history>> {
  const events = await store.readStream(stream);
  return {
    changes: events.slice(-MOST_CHANGES).map(({ revision, type, data, metadata }) => ({
      revision: revision.toString(),
      type,
      at: metadata.at,
      actor: { type: metadata.actor.type, id: metadata.actor.id },
      data,
    })),
  };
}
