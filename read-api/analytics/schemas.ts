import { z } from "zod";

const count = z.number().int();
const money = z
  .object({ amount: z.number().int().describe("minor units"), currency: z.string() })
  .nullable()
  .describe("null when orders of several currencies are in the answer: ask with `currency`");
const at = z.string().describe("beginning of the hour or day, UTC");
const range = { from: z.string(), to: z.string() };
const bucket = z.enum(["hour", "day"]);

const orderRow = z.object({
  at,
  orders: count.describe("placed"),
  paid: count,
  accepted: count.describe("by every site"),
  rejected: count.describe("by at least one site"),
  cancelled: count,
  outOfStock: count,
  paymentFailed: count,
  delivered: count,
  shipped: count,
  late: count.describe("delivered more than 45 min after placing or after the promised time"),
  revenue: money,
  refunds: count,
  refunded: money,
  disputes: count,
});

/** Orders by the hour or day of their placing. */
export const orderCounts = z
  .object({
    ...range,
    bucket,
    currencies: z.array(z.string()).readonly(),
    rows: z.array(orderRow).readonly(),
  })
  .describe("what became of the orders that were placed then; a row for every hour or day");
export type OrderCounts = z.infer<typeof orderCounts>;

const durations = { count, p50Ms: count, p90Ms: count, p99Ms: count };

/** Durations of steps. */
export const stepTimes = z
  .object({
    ...range,
    bucket,
    steps: z
      .array(
        z.object({
          step: z.string().describe("`<from>-<to>`, or `station:<name>`"),
          ...durations,
          rows: z.array(z.object({ at, ...durations })).readonly(),
        }),
      )
      .readonly(),
  })
  .describe("percentiles in milliseconds, at most 5 % off, by the time of placing");
export type StepTimes = z.infer<typeof stepTimes>;

/** Refusals by step and reason. */
export const refusals = z
  .object({
    ...range,
    reasons: z
      .array(
        z.object({
          step: z.string().describe("stock, payment, restaurant, courier or cancellation"),
          reason: z.string(),
          count,
        }),
      )
      .readonly(),
  })
  .describe("the most frequent first");
export type Refusals = z.infer<typeof refusals>;

/** Minutes during which nothing of an item could be had. */
export const stockOuts = z
  .object({
    ...range,
    rows: z
      .array(
        z.object({
          siteId: z.string(),
          sku: z.string(),
          name: z.string().describe("the SKU where the item is no longer sold"),
          minutes: z.number(),
          periods: count,
          out: z.boolean().describe("still, at the end of the range"),
        }),
      )
      .readonly(),
  })
  .describe("the longest first");
export type StockOuts = z.infer<typeof stockOuts>;
