import { z } from "zod";
import type { OrderView } from "../../projections/views.ts";
import { contact, kind, list, money, quantity } from "../parts.ts";

// The shapes of answers. Each `satisfies` the view that it describes, so that neither can change alone.

export const ORDER_STATUSES = [
  "placed",
  "stock_reserved",
  "payment_processing",
  "payment_confirmed",
  "restaurant_notified",
  "restaurant_accepted",
  "preparing",
  "ready",
  "driver_assigned",
  "picked_up",
  "delivered",
  "scheduled",
  "shipped",
  "out_of_stock",
  "payment_failed",
  "restaurant_rejected",
  "cancelled",
] as const;

const fulfilment = z.object({
  fulfilmentId: z.string(),
  siteId: z.string(),
  siteName: z.string(),
  kind,
  city: z.string(),
  timeZone: z.string(),
  stations: list(z.string()),
  lines: list(
    z.object({
      sku: z.string(),
      name: z.string(),
      quantity,
      price: money,
      insteadOf: z.string().optional().describe("name of the missing item whose place it takes"),
      leftOut: z.literal(true).optional().describe("it was missing and is given back"),
    }),
  ),
  notified: z.boolean(),
  accepted: z.boolean(),
  rejected: z.boolean(),
  seeking: z.string().optional().describe("why another site is looked for, as a code"),
  started: list(z.string()),
  completed: list(z.string()),
  ready: z.boolean(),
  parcel: z
    .object({
      bookedAt: z.string().optional(),
      trackingNumber: z.string().optional(),
      shippedAt: z.string().optional(),
      nextAttemptAt: z.string().optional().describe("when its booking is tried again"),
    })
    .optional()
    .describe("once the carrier has been asked to take it"),
});

export const order = z
  .object({
    orderId: z.string(),
    number: z.string().describe("short number that people say to each other"),
    status: z.enum(ORDER_STATUSES),
    channel: z.enum(["web", "phone", "api"]),
    customerId: z.string(),
    placedBy: z.string(),
    placedAt: z.string(),
    promisedAt: z.string(),
    method: z.enum(["courier", "parcel"]),
    subtotal: money,
    deliveryFee: money,
    tax: money,
    total: money,
    fulfilments: list(fulfilment),
    payment: z.object({
      status: z.enum(["none", "processing", "confirmed", "failed", "cancelled"]),
      attempts: z.number().int(),
      nextAttemptAt: z.string().optional(),
      refunded: z.number().int(),
    }),
    courier: z.object({
      courierId: z.string().optional(),
      attempt: z.number().int().describe("how many couriers it was assigned to so far"),
      accepted: z.boolean(),
      arrived: z.boolean(),
    }),
    missing: list(z.object({ sku: z.string(), asked: z.number().int(), available: z.number().int() })),
    failure: z
      .enum([
        "payment_timeout",
        "payment_declined",
        "insufficient_funds",
        "payment_fraud",
        "restaurant_closed",
        "restaurant_rejected",
        "item_unavailable",
        "driver_unavailable",
        "carrier_unavailable",
        "service_unavailable",
        "invalid_message",
        "unknown",
      ])
      .optional(),
    rejection: z.string().optional(),
    milestones: list(
      z.object({
        type: z.string(),
        at: z.string(),
        fulfilmentId: z.string().optional(),
        stage: z.string().optional(),
      }),
    ),
    revision: z.string(),
    contact: contact.optional().describe("for the buyer, the courier that has the order, support and admins"),
  })
  .describe("the order") satisfies z.ZodType<OrderView>;

export const orders = z
  .object({
    orders: list(order),
    next: z.string().optional(),
    search: z
      .object({
        understood: list(
          z.object({
            text: z.string(),
            as: z.enum(["id", "number", "amount", "status", "channel", "method", "city", "day", "late", "customer"]),
            value: z.string().describe("of `customer`: how many were found"),
          }),
        ),
        notUnderstood: list(z.string()).describe("words that were left out"),
      })
      .optional()
      .describe("how `q` was read; a text of which nothing was understood finds nothing"),
  })
  .describe("newest first");

export const integrity = z
  .object({
    verified: z.boolean(),
    events: z.number().int(),
    findings: list(z.object({ stream: z.string(), revision: z.string(), reason: z.string(), detail: z.string() })),
    head: z.object({ revision: z.string(), hash: z.string() }).optional(),
    witnessed: z.string().optional().describe("revision up to which a witness has seen the stream"),
  })
  .describe("what recomputing every hash from the event store has shown");
