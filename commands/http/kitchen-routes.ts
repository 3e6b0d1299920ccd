import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { OrderCommand } from "../../domain/order/decide.ts";
import type { Api } from "../../infra/http/api.ts";
import { problem } from "../../infra/http/problem-schema.ts";
import { commandOrder } from "./order-command.ts";
import { commandAnswer, fulfilmentParams, itemOfFulfilmentParams, stationParams } from "./schemas.ts";
import type { CommandServices } from "./services.ts";

const response = { 200: commandAnswer, "4xx": problem, "5xx": problem };
const config = { action: "kitchen.act" } as const;
const tags = ["kitchen"];

/** What a site does with its fulfilment of an order. */
export function kitchenRoutes(api: Api, services: CommandServices): void {
  const act = async (
    request: FastifyRequest,
    reply: FastifyReply,
    { orderId, fulfilmentId }: { orderId: string; fulfilmentId: string },
    command: OrderCommand,
    name: string,
  ) =>
    await commandOrder(services, request, reply, {
      orderId,
      action: "kitchen.act",
      name: `kitchen.${name}/${fulfilmentId}`,
      resource: (order) => ({ siteId: order.fulfilments.find((f) => f.fulfilmentId === fulfilmentId)?.siteId }),
      command: () => command,
    });

  for (const [path, type, summary] of [
    ["accept", "accept", "Accept a fulfilment"],
    ["ready", "ready", "Say that a fulfilment is complete; its stock is consumed"],
  ] as const) {
    api.post(
      `/api/orders/:orderId/fulfilments/:fulfilmentId/${path}`,
      { config, schema: { tags, summary, params: fulfilmentParams, response } },
      async (request, reply) =>
        await act(request, reply, request.params, { type, fulfilmentId: request.params.fulfilmentId }, type),
    );
  }

  api.post(
    "/api/orders/:orderId/fulfilments/:fulfilmentId/reject",
    {
      config,
      schema: {
        tags,
        summary: "Reject a fulfilment",
        description:
          "Until a station has started. Another open site of the city that has everything is looked for; where there is " +
          "none the order ends and the customer is refunded.",
        params: fulfilmentParams,
        body: z
          .object({
            reason: z
              .string()
              .regex(/^[a-z]+(_[a-z]+)*$/, "a code such as too_busy")
              .max(60)
              .default("rejected_by_site"),
          })
          .prefault({}),
        response,
      },
    },
    async (request, reply) => {
      const { fulfilmentId } = request.params;
      const command = { type: "reject", fulfilmentId, reason: request.body.reason } as const;
      return await act(request, reply, request.params, command, "reject");
    },
  );

  api.post(
    "/api/orders/:orderId/fulfilments/:fulfilmentId/items/:sku/unavailable",
    {
      config,
      schema: {
        tags,
        summary: "Report an item missing",
        description:
          "Until the fulfilment is ready. A substitute that the customer allowed takes its place, else the line is left " +
          "out and given back; when nothing else is left to make, another site is looked for. The site offers the item " +
          "to nobody until it is put back on sale.",
        params: itemOfFulfilmentParams,
        response,
      },
    },
    async (request, reply) => {
      const { fulfilmentId, sku } = request.params;
      return await act(request, reply, request.params, { type: "report_missing", fulfilmentId, sku }, `missing/${sku}`);
    },
  );

  for (const [path, type, summary] of [
    ["start", "start_station", "Start a station"],
    ["complete", "complete_station", "Complete a station"],
    ["recall", "recall_station", "Take a completed station back to work"],
  ] as const) {
    api.post(
      `/api/orders/:orderId/fulfilments/:fulfilmentId/stations/:stage/${path}`,
      { config, schema: { tags, summary, params: stationParams, response } },
      async (request, reply) => {
        const { fulfilmentId, stage } = request.params;
        return await act(request, reply, request.params, { type, fulfilmentId, stage }, `${type}/${stage}`);
      },
    );
  }
}
