import { z } from "zod";
import type { Api } from "../../infra/http/api.ts";
import { problem } from "../../infra/http/problem-schema.ts";
import { readingOf, stateFreshness } from "../answer.ts";
import type { ReadServices } from "../services.ts";
import { stuckOrders } from "./stuck-orders.ts";
import { WHOM } from "./waiting-for.ts";

const time = z.string().describe("RFC 3339, business time");
const milliseconds = z.number().describe("milliseconds");

export const waitingStep = z.object({
  step: z.string(),
  orders: z.int().describe("open orders that stand in it"),
  longestMs: milliseconds.describe("how long the one that has stood longest has stood"),
  stuck: z.int().describe("how many have stood for longer than they should"),
});

export const stuckOrder = z
  .object({
    orderId: z.string(),
    kind: z.string().describe("kind of the site that makes it"),
    method: z.string().describe("courier or parcel"),
    status: z.string(),
    step: z.string().describe("the step it stands in, from what was to what is awaited"),
    since: time,
    forMs: milliseconds,
    limitMs: milliseconds,
    basis: z
      .enum(["p99", "deadline"])
      .describe("p99: 99% of its kind took less; deadline: there are too few of its kind, so the business's own rule"),
    samples: z.number().describe("orders of its kind that the limit was measured on"),
    waitingFor: z
      .object({
        whom: z.enum(WHOM),
        what: z.string(),
        next: time.optional().describe("the next attempt, or until when somebody has to answer"),
      })
      .optional(),
  })
  .meta({ id: "StuckOrder" });

/** Orders that stand still, for whoever looks after them. */
export function radarRoutes(api: Api, services: ReadServices): void {
  api.get(
    "/api/radar/stuck-orders",
    {
      config: { action: "radar.read" },
      schema: {
        tags: ["operations"],
        summary: "Open orders that have stood in their step for longer than 99% of their kind",
        querystring: z.object({ limit: z.coerce.number().int().min(1).max(500).default(100) }),
        response: {
          200: z.object({
            orders: z.array(stuckOrder),
            steps: z.array(waitingStep).readonly(),
            looked: z.number().describe("open orders that were looked at, the oldest ones"),
            more: z.boolean().describe("there are further ones"),
          }),
          "4xx": problem,
          "5xx": problem,
        },
      },
    },
    async (request, reply) => {
      const { clock, positions } = services;
      const reading = await readingOf(positions, "orders", request);
      const { orders, ...others } = await stuckOrders(services, clock.now(), request.query.limit);
      await stateFreshness(reply, positions, reading);
      return { ...others, orders: [...orders] };
    },
  );
}
