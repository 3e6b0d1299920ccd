import { z } from "zod";
import type { CustomerView } from "../../projections/views.ts";
import { contact, list } from "../parts.ts";

// The shapes of answers. Each `satisfies` the view that it describes, so that neither can change alone.

export const customer = z
  .object({
    customerId: z.string(),
    guest: z.boolean().describe("registered with an order and for that order only"),
    held: z.boolean().describe("no orders are taken from them"),
    registeredAt: z.string(),
    contact,
    revision: z.string(),
  })
  .describe("the customer") satisfies z.ZodType<CustomerView>;

export const customers = z
  .object({ customers: list(customer), next: z.string().optional() })
  .describe("those of whom everything that was typed holds");
