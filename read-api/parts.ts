import { z } from "zod";
import { SLUG } from "../domain/site/site.ts";

// Parts of answers and of addresses that several queries share.

/** Integer minor units with a currency. */
export const money = z.object({ amount: z.number().int().describe("minor units"), currency: z.string() });

/** Pieces, or grams. */
export const quantity = z.object({ amount: z.number().int(), unit: z.enum(["each", "g"]) });

/** Some of these. */
export const list = <T extends z.ZodType>(item: T) => z.array(item).readonly();

/** A place on the map, in microdegrees. */
export const position = z.object({ lat: z.number().int(), lon: z.number().int() }).describe("integer microdegrees");

/** Kinds of sites. */
export const kind = z.enum(["restaurant", "bakery", "dark_store", "warehouse"]);

/** How somebody is reached, opened for those who may see it. */
export const contact = z.object({
  name: z.string(),
  phone: z.string().optional(),
  email: z.string().optional(),
  address: z.string().optional(),
  position: position.optional(),
  instructions: z.string().optional(),
});

/** The body of a 304. */
export const unchanged = z.null().describe("what the caller has is still current");

/** Addresses below an order, a site, a customer or a courier. */
export const orderParams = z.object({ orderId: z.uuid().toLowerCase() });

export const siteParams = z.object({ siteId: z.string().max(80).regex(SLUG) });

export const customerParams = z.object({ customerId: z.uuid().toLowerCase() });

export const courierParams = z.object({ courierId: z.uuid().toLowerCase() });
