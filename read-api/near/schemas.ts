import { z } from "zod";
import type { NearView } from "../../projections/buyer-views.ts";

const money = z.object({ amount: z.number().int().describe("minor units"), currency: z.string() });
const count = z.number().int();

/** What can be had at a position. */
export const nearAvailability = z
  .object({
    position: z.object({ lat: count, lon: count }).describe("integer microdegrees"),
    sites: z
      .array(
        z.object({
          siteId: z.string(),
          name: z.string(),
          kind: z.enum(["restaurant", "bakery", "dark_store", "warehouse"]),
          city: z.string(),
          openState: z.enum(["open", "closing_soon"]),
          distanceMetres: count.describe("as the crow flies"),
          travelMinutes: count.describe("of the courier, estimated"),
          promisedMinutes: count,
          promisedAt: z.string().describe("of an order placed now"),
          deliveryFee: money,
        }),
      )
      .readonly()
      .describe("open sites that reach the position, the shortest way first"),
    items: z
      .array(
        z.object({
          sku: z.string(),
          name: z.string(),
          price: money,
          unit: z.enum(["each", "g"]),
          available: count.describe("over all of these sites; 0 is sold out"),
          sites: z.array(z.object({ siteId: z.string(), available: count })).readonly(),
        }),
      )
      .readonly()
      .describe("in the sequence asked for"),
    unknown: z.array(z.string()).readonly().describe("SKUs that are not sold, or no longer"),
  })
  .describe("what can be had there") satisfies z.ZodType<NearView>;
export type NearAvailability = z.infer<typeof nearAvailability>;
