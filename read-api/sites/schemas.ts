import { z } from "zod";
import { DAYS } from "../../domain/site/opening-hours.ts";
import type { MenuItem, SiteSummary, SiteView, TicketView } from "../../projections/views.ts";
import { kind, list, money, position, quantity } from "../parts.ts";

// The shapes of answers. Each `satisfies` the view that it describes, so that neither can change alone.

const period = z.object({ from: z.string(), to: z.string() });

const siteSummary = z.object({
  siteId: z.string(),
  status: z.enum(["open", "suspended", "closed"]),
  kind,
  name: z.string(),
  city: z.string(),
  region: z.string(),
  timeZone: z.string(),
  position,
  hours: z.partialRecord(z.enum(DAYS), list(period)),
  stations: list(z.string()),
  currency: z.string(),
  deliveryFee: z.number().int(),
}) satisfies z.ZodType<SiteSummary>;

export const site = siteSummary
  .extend({ menu: list(z.string()).describe("SKUs that the site sells") })
  .describe("the site") satisfies z.ZodType<SiteView>;

export const sites = z.object({ sites: list(siteSummary), next: z.string().optional() }).describe("by id");

const menuItem = z.object({
  sku: z.string(),
  name: z.string(),
  description: z.string(),
  price: money,
  taxBasisPoints: z.number().int().describe("tax in the price: 700 is 7%"),
  unit: z.enum(["each", "g"]),
  allergens: list(z.string()),
  emoji: z.string().optional(),
  picture: z.string().optional().describe("address of its picture"),
  available: z.number().int().describe("0 is sold out"),
}) satisfies z.ZodType<MenuItem>;

export const menu = z
  .object({
    siteId: z.string(),
    openState: z.enum(["open", "closing_soon", "closed"]),
    promisedMinutes: z.number().int().describe("within how long an order placed now is promised"),
    items: list(menuItem),
    next: z.string().optional(),
  })
  .describe("what the site sells, in its own sequence, with what is in stock there");

export const availability = z
  .object({
    siteId: z.string(),
    stock: list(
      z.object({
        sku: z.string(),
        available: z.number().int(),
        unavailable: z.boolean().describe("marked as not to be had"),
        onHand: z.number().int().optional().describe("for those who keep the site's stock"),
        reserved: z.number().int().optional().describe("for those who keep the site's stock"),
      }),
    ),
    next: z.string().optional(),
  })
  .describe("by SKU");

const TICKET_STATUSES = ["new", "accepted", "working", "ready", "done", "cancelled", "rejected"] as const;

const ticket = z.object({
  orderId: z.string(),
  fulfilmentId: z.string(),
  number: z.string(),
  siteId: z.string(),
  status: z.enum(TICKET_STATUSES),
  receivedAt: z.string(),
  promisedAt: z.string(),
  stations: list(z.string()),
  started: list(z.string()),
  completed: list(z.string()),
  lines: list(
    z.object({
      sku: z.string(),
      name: z.string(),
      quantity,
      allergens: list(z.string()),
      binLocation: z.string().optional(),
      note: z.string().optional(),
      state: z.enum(["missing", "left_out"]).optional().describe("missing: nobody has decided yet what becomes of it"),
      insteadOf: z.string().optional().describe("name of the missing item whose place it takes"),
      substitutes: list(z.string()).optional().describe("names of what the customer takes in its place"),
    }),
  ),
  changedAt: z.string(),
  courier: z.object({ assigned: z.boolean(), arrived: z.boolean() }),
  alsoAt: list(
    z.object({
      fulfilmentId: z.string(),
      siteId: z.string(),
      siteName: z.string(),
      status: z.enum(TICKET_STATUSES).optional(),
      started: list(z.string()),
      completed: list(z.string()),
    }),
  )
    .optional()
    .describe("the other parts of a split order"),
  takenFrom: z.string().optional().describe("name of the site that was to make it before"),
  givenTo: z.string().optional().describe("name of the site that makes it now, where this one does not"),
  ageSeconds: z.number().int().optional().describe("since it was received"),
}) satisfies z.ZodType<TicketView>;

export const kitchen = z
  .object({ siteId: z.string(), tickets: list(ticket) })
  .describe("tickets in work, and those cancelled in the last half hour, oldest first");
