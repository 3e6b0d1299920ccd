import { z } from "zod";
import { LANGUAGES } from "../../domain/order/events.ts";
import { DAYS } from "../../domain/site/opening-hours.ts";
import { SLUG } from "../../domain/site/site.ts";

/** Text that can be stored in events, and in columns of read models, which take no NUL. */
export const text = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine((value) => value.isWellFormed() && !value.includes("\0"), "holds characters that cannot be stored");

export const slug = z.string().max(80).regex(SLUG, "lower-case letters and digits, words joined by single hyphens");
const uuid = z.uuid();
const quantity = z.number().int().min(1).max(1_000_000);

export const contact = z.object({
  name: text(200),
  phone: text(40).optional(),
  email: z.email().max(200).optional(),
  address: text(500).optional(),
  position: z
    .object({
      lat: z.number().int().min(-90_000_000).max(90_000_000),
      lon: z.number().int().min(-180_000_000).max(180_000_000),
    })
    .optional()
    .describe("integer microdegrees"),
  instructions: text(500).optional(),
});

export const placeOrderBody = z.object({
  siteId: slug,
  lines: z
    .array(
      z.object({
        sku: slug,
        quantity,
        note: text(300).optional(),
        substitutes: z
          .array(slug)
          .max(5)
          .optional()
          .describe("SKUs of the same site, best first, none dearer: one takes the line's place should it be missing"),
      }),
    )
    .min(1)
    .max(100),
  contact: contact.optional().describe("needed for guests and first orders; else the customer's own contact is used"),
  delivery: z.object({ method: z.enum(["courier", "parcel"]).default("courier") }).prefault({}),
  paymentMethod: text(100).default("pm_card_visa"),
  language: z.enum(LANGUAGES).optional().describe("in which the customer is written to; English where it is left out"),
  customerId: uuid.optional().describe("admins only: the known customer on whose behalf the order is placed"),
});
export type PlaceOrderBody = z.output<typeof placeOrderBody>;

export const commandAnswer = z
  .object({
    id: z.string().describe("id of what was acted on"),
    revision: z.string().describe("revision of the command's last event; the same on every repeat"),
    position: z.string().describe("position to give to queries as X-Position to read your own write"),
    status: z.string().describe("where it stands now"),
    at: z.iso
      .datetime()
      .optional()
      .describe("when it was recorded, the same on every repeat; absent where nothing was"),
    already: z.literal(true).optional().describe("nothing was recorded: it was so already, by another command"),
    warning: z.string().optional(),
  })
  .describe("the command was carried out");

const period = z.object({
  from: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "HH:MM"),
  to: z.string().regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, "HH:MM, at most 24:00"),
});

const timeZone = z.string().refine((zone) => {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }) !== undefined;
  } catch {
    return false;
  }
}, "not a known IANA time zone");

const siteFields = z.object({
  kind: z.enum(["restaurant", "bakery", "dark_store", "warehouse"]),
  name: text(120),
  city: text(80),
  region: text(80),
  timeZone,
  position: z.object({
    lat: z.number().int().min(-90_000_000).max(90_000_000),
    lon: z.number().int().min(-180_000_000).max(180_000_000),
  }),
  hours: z.partialRecord(z.enum(DAYS), z.array(period).max(6)),
  stations: z
    .array(z.string().regex(/^[a-z]+(_[a-z]+)*$/))
    .min(1)
    .max(12),
  currency: z.string().regex(/^[A-Z]{3}$/),
  deliveryFee: z.number().int().min(0).max(1_000_000).describe("minor units"),
  menu: z.array(slug).max(10_000).describe("SKUs that the site sells"),
});

export const openSiteBody = siteFields.extend({
  siteId: slug,
  region: siteFields.shape.region.default("local"),
  stations: siteFields.shape.stations.optional().describe("default: the stations of the site's kind"),
  currency: siteFields.shape.currency.default("EUR"),
  deliveryFee: siteFields.shape.deliveryFee.default(0),
  menu: siteFields.shape.menu.default([]),
});
/** A change names only what it changes. */
export const changeSiteBody = siteFields.partial();

const itemFields = z.object({
  name: text(160),
  description: z.string().max(1000),
  price: z.object({ amount: z.number().int().min(0).max(1_000_000_000), currency: z.string().regex(/^[A-Z]{3}$/) }),
  taxBasisPoints: z.number().int().min(0).max(10_000).describe("tax contained in the price: 700 is 7%"),
  unit: z.enum(["each", "g"]),
  allergens: z.array(text(40)).max(20),
  emoji: z.string().max(16).optional(),
  picture: z
    .string()
    .max(200)
    .regex(/^\/(?!\/)[\w./-]+$/, "a path on this server, such as /pictures/cheesecake.svg")
    .optional(),
});

export const listItemBody = itemFields.extend({
  sku: slug,
  description: itemFields.shape.description.default(""),
  taxBasisPoints: itemFields.shape.taxBasisPoints.default(700),
  unit: itemFields.shape.unit.default("each"),
  allergens: itemFields.shape.allergens.default([]),
});
export const changeItemBody = itemFields.partial();

export const stockLines = z
  .array(z.object({ sku: slug, quantity }))
  .min(1)
  .max(2_000);

export const orderParams = z.object({ orderId: uuid });
export const fulfilmentParams = orderParams.extend({ fulfilmentId: z.string().regex(/^\d{1,3}\.\d{1,3}$/) });
export const stationParams = fulfilmentParams.extend({ stage: z.string().max(60) });
export const itemOfFulfilmentParams = fulfilmentParams.extend({ sku: slug });
export const siteParams = z.object({ siteId: slug });
export const itemParams = z.object({ sku: slug });
export const courierParams = z.object({ courierId: uuid });
export const customerParams = z.object({ customerId: uuid });
