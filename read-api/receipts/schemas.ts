import { z } from "zod";
import { LANGUAGES } from "../../domain/order/events.ts";
import type { Receipt } from "../../projections/buyer-views.ts";
import { order } from "../orders/schemas.ts";
import { money } from "../parts.ts";

const basisPoints = z.number().int().describe("basis points: 700 is 7%");

/** What an order cost, and what was given back. */
export const receipt = z
  .object({
    orderId: z.string(),
    number: z.string(),
    status: order.shape.status,
    language: z.enum(LANGUAGES).describe("in which the customer is written to"),
    placedAt: z.string(),
    paidAt: z.string().optional(),
    payment: z.enum(["paid", "due", "none"]).describe("none: nothing was charged, and nothing will be"),
    sites: z.array(z.object({ siteId: z.string(), name: z.string(), city: z.string() })).readonly(),
    timeZone: z.string().describe("of the first site"),
    lines: z
      .array(
        z.object({
          sku: z.string(),
          name: z.string(),
          quantity: z.object({ amount: z.number().int(), unit: z.enum(["each", "g"]) }),
          price: money,
          taxBasisPoints: basisPoints,
          insteadOf: z.string().optional().describe("name of the missing item whose place it took"),
          leftOut: z.literal(true).optional().describe("it was missing and is given back"),
        }),
      )
      .readonly(),
    deliveryFee: money,
    total: money.describe("as ordered, with the delivery"),
    taxes: z
      .array(z.object({ basisPoints, net: money, tax: money, gross: money }))
      .readonly()
      .describe("of what was made, by rate; none for an order that ended early"),
    refunds: z.array(z.object({ at: z.string(), amount: money })).readonly(),
    balance: money.describe("what stays paid"),
    proof: z
      .object({ revision: z.string(), hash: z.string() })
      .describe("the newest event of the order: with it the history can be proved to be the same"),
    contact: order.shape.contact,
  })
  .describe("the receipt") satisfies z.ZodType<Receipt>;
