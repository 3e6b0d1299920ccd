import { z } from "zod";
import type { CourierWork } from "../../projections/views.ts";
import { contact, list, position, quantity } from "../parts.ts";

// The shapes of answers. Each `satisfies` the view that it describes, so that neither can change alone.

export const courier = z
  .object({
    courierId: z.string(),
    onShift: z.boolean(),
    city: z.string().optional(),
    orderId: z.string().optional(),
  })
  .describe("the courier");

const way = z.object({ metres: z.number().int(), minutes: z.number().int() });

const job = z
  .object({
    orderId: z.string(),
    number: z.string(),
    attempt: z.number().int(),
    stage: z.enum(["offered", "accepted", "arrived", "picked_up"]),
    acceptBy: z.string().optional().describe("until when the offer stands"),
    arriveBy: z.string().optional().describe("until when the courier must be at the site"),
    promisedAt: z.string(),
    ready: z.boolean(),
    pickups: list(
      z.object({ siteId: z.string(), name: z.string(), position: position.optional(), ready: z.boolean() }),
    ),
    way: way.optional().describe("from the first site to the door, estimated"),
    parts: z.number().int().describe("how many different things are to be carried"),
    dropOff: contact.optional().describe("from acceptance to delivery only"),
    carry: list(z.object({ name: z.string(), quantity })).optional(),
  })
  .describe("the order that is offered, or theirs");

export const courierWork = z.object({
  courierId: z.string(),
  onShift: z.boolean(),
  city: z.string().optional(),
  at: z.string().describe("business time of the answer, RFC 3339"),
  job: job.optional(),
}) satisfies z.ZodType<CourierWork>;

export const cities = z.object({ cities: list(z.string()) });
