import { z } from "zod";
import { SLUG } from "../../domain/site/site.ts";
import { toInstant } from "../../infra/clock.ts";
import type { Api } from "../../infra/http/api.ts";
import { problem } from "../../infra/http/problem-schema.ts";
import { stockAtSites } from "../../projections/availability/stock-at-sites.ts";
import { findItems } from "../../projections/catalogue/queries.ts";
import { afterParameter, askedPosition, readingOf, stateFreshness } from "../answer.ts";
import type { ReadServices } from "../services.ts";
import { Menus } from "./menus.ts";
import { NEAREST, reaching } from "./reach.ts";
import { type NearAvailability, nearAvailability } from "./schemas.ts";
import { SiteIndex } from "./site-index.ts";
import { estimatedTravelTimes, type TravelTimes } from "./travel-times.ts";

const MOST_SKUS = 100;
const MINUTE = 60_000;

const coordinate = (most: number) =>
  z
    .string()
    .regex(/^-?\d{1,9}$/, "integer microdegrees, such as 52520008 for 52.520008°")
    .transform(Number)
    .refine((micro) => Math.abs(micro) <= most * 1_000_000, `not beyond ${most}°`);

const skus = z
  .string()
  .max(8_200)
  .transform((list) => [...new Set(list.split(",").filter((sku) => sku !== ""))])
  .refine((list) => list.length <= MOST_SKUS, `at most ${MOST_SKUS} SKUs`)
  .refine((list) => list.every((sku) => sku.length <= 80 && SLUG.test(sku)), "SKUs with commas between them")
  .default([])
  .describe(`SKUs with commas between them, at most ${MOST_SKUS}; left out, only the sites are answered`);

/** What can be had where somebody stands. */
export function nearRoutes(api: Api, services: ReadServices, travel: TravelTimes = estimatedTravelTimes): void {
  const { pool, positions, clock } = services;
  const index = new SiteIndex(pool);
  const menus = new Menus(pool);

  api.get(
    "/api/availability",
    {
      config: { action: "availability.read" },
      schema: {
        tags: ["sites"],
        summary: "What can be had at a position",
        description:
          `Stock summed over the open sites that reach the position, of the ${NEAREST} nearest. A site reaches as far as ` +
          "a courier comes in 60 minutes, a dark store as far as it can keep its promise. For browsing: whether " +
          "something can be bought is decided when it is ordered. X-Position and X-Age-Ms are those of the stock.",
        querystring: z.object({ lat: coordinate(90), lon: coordinate(180), skus, after: afterParameter }),
        response: { 200: nearAvailability, "4xx": problem, "5xx": problem },
      },
    },
    async (request, reply) => {
      const { lat, lon, skus: asked } = request.query;
      const stock = await readingOf(positions, "availability", request);
      const catalogue = await readingOf(positions, "catalogue", request);
      const { schema } = catalogue.generation;
      const now = clock.now();
      const near = await index.near(schema, { lat, lon }, NEAREST, askedPosition(request) !== undefined);
      const sites = await reaching(near, { lat, lon }, now, travel);
      const siteIds = sites.map(({ site }) => site.siteId);
      const [items, found] = await Promise.all([
        findItems(pool, schema, asked),
        stockAtSites(pool, stock.generation.schema, siteIds, asked),
      ]);
      const stocked = new Set(found.map(({ siteId }) => siteId));
      const sold = await menus.of(
        schema,
        sites.filter(({ site }) => stocked.has(site.siteId)),
      );
      const buyable = Map.groupBy(
        found.filter(({ siteId, sku }) => sold.get(siteId)?.has(sku) === true),
        ({ sku }) => sku,
      );
      await stateFreshness(reply, positions, { ...stock, stale: stock.stale || catalogue.stale });
      // The address says where somebody is.
      reply.header("cache-control", "private, no-store");
      return {
        position: { lat, lon },
        sites: sites.map(({ site, open, metres, travelMinutes, promisedMinutes }) => ({
          siteId: site.siteId,
          name: site.name,
          kind: site.kind,
          city: site.city,
          openState: open,
          distanceMetres: metres,
          travelMinutes,
          promisedMinutes,
          promisedAt: toInstant(now + promisedMinutes * MINUTE),
          deliveryFee: { amount: site.deliveryFee, currency: site.currency },
        })),
        items: asked.flatMap((sku): NearAvailability["items"] => {
          const item = items.get(sku);
          if (!item) return [];
          const at = new Map((buyable.get(sku) ?? []).map(({ siteId, available }) => [siteId, available]));
          const { name, price, unit } = item;
          const available = [...at.values()].reduce((sum, here) => sum + here, 0);
          // As the sites are: the shortest way first.
          const split = siteIds.flatMap((siteId) => {
            const here = at.get(siteId);
            return here === undefined ? [] : [{ siteId, available: here }];
          });
          return [{ sku, name, price, unit, available, sites: split }];
        }),
        unknown: asked.filter((sku) => !items.has(sku)),
      };
    },
  );
}
