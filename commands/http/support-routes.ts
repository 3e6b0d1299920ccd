import { z } from "zod";
import { LANGUAGES, orderStream } from "../../domain/order/events.ts";
import type { Order } from "../../domain/order/state.ts";
import { Refusal } from "../../domain/refusal.ts";
import { authorise } from "../../infra/auth/fastify-auth.ts";
import { toInstant } from "../../infra/clock.ts";
import type { Api } from "../../infra/http/api.ts";
import { problem } from "../../infra/http/problem-schema.ts";
import { orders } from "../orders/order-aggregate.ts";
import { previewCancel } from "../support/cancel-preview.ts";
import { toldMessages } from "../support/told-messages.ts";
import { orderParams } from "./schemas.ts";
import type { CommandServices } from "./services.ts";

const money = z.object({ amount: z.number().int().describe("minor units"), currency: z.string() });
const consequence = z.object({
  about: z.enum(["money", "stock", "site", "courier", "parcel", "customer"]),
  what: z.enum(["refunded", "stopped", "nothing", "released", "used_up", "told", "withdrawn", "taken_back"]),
  amount: money.optional(),
  fulfilmentId: z.string().optional(),
});

/** More events than an order's life has by far. */
const MOST_EVENTS = 5_000;

/** What support looks at before it acts, and what the customer was told. */
export function supportRoutes(api: Api, { writer, store, clock }: CommandServices): void {
  api.get(
    "/api/orders/:orderId/cancel",
    {
      config: { action: "timeline.read" },
      schema: {
        tags: ["orders"],
        summary: "What cancelling the order would do, or why it cannot be done",
        description:
          "Decided as the cancellation itself would be and asked of every process: money, stock, site, courier, parcel " +
          "and the customer's message. Writes nothing and asks nobody outside.",
        params: orderParams,
        response: {
          200: z.object({
            possible: z.boolean(),
            consequences: z.array(consequence).optional(),
            code: z.string().optional().describe("why it cannot be done, as a code"),
            detail: z.string().optional(),
          }),
          "4xx": problem,
          "5xx": problem,
        },
      },
    },
    async (request, reply) => {
      const principal = authorise(request, "timeline.read", {});
      const { orderId } = request.params;
      const { state } = await writer.memory.refresh<Order | undefined>(orderStream(orderId), orders);
      if (!state) throw new Refusal("order_not_found", `there is no order ${orderId}`);
      void reply.header("cache-control", "no-store");
      const preview = previewCancel(state, principal.role === "admin" ? "admin" : "support", toInstant(clock.now()));
      return preview.possible ? { possible: true, consequences: [...preview.consequences] } : preview;
    },
  );

  api.get(
    "/api/orders/:orderId/messages",
    {
      config: { action: "timeline.read" },
      schema: {
        tags: ["orders"],
        summary: "What the customer was told about the order, in the words that were sent",
        description:
          "Composed again from the order as it was at each sending and from the same texts, without the customer's name.",
        params: orderParams,
        response: {
          200: z.object({
            messages: z.array(
              z.object({
                revision: z.string().describe("of the event that says it was sent"),
                subject: z.string(),
                text: z.string(),
                language: z.enum(LANGUAGES),
              }),
            ),
          }),
          "4xx": problem,
          "5xx": problem,
        },
      },
    },
    async (request, reply) => {
      authorise(request, "timeline.read", {});
      const { orderId } = request.params;
      const events = await store.readStream(orderStream(orderId), { limit: MOST_EVENTS });
      if (events.length === 0) throw new Refusal("order_not_found", `there is no order ${orderId}`);
      void reply.header("cache-control", "no-store");
      return { messages: toldMessages(events) };
    },
  );
}
