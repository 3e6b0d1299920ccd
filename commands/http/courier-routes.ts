import { z } from "zod";
import { Personal } from "../../domain/chain/personal.ts";
import { courierStream } from "../../domain/courier/courier.ts";
import { authorise } from "../../infra/auth/fastify-auth.ts";
import type { Api } from "../../infra/http/api.ts";
import { idempotencyKey } from "../../infra/http/idempotency-key.ts";
import { problem } from "../../infra/http/problem-schema.ts";
import { couriers } from "../couriers/courier-aggregate.ts";
import { answer, envelopeFor } from "./command-context.ts";
import { commandOrder } from "./order-command.ts";
import { commandAnswer, courierParams, orderParams, text } from "./schemas.ts";
import type { CommandServices } from "./services.ts";

const response = { 200: commandAnswer, "4xx": problem, "5xx": problem };
const config = { action: "courier.act" } as const;
const tags = ["couriers"];

/** Shifts, and what a courier does with an order. */
export function courierRoutes(api: Api, services: CommandServices): void {
  const { writer, clock, fingerprintKey } = services;

  for (const [path, summary] of [
    ["start", "Start a shift in a city"],
    ["end", "End the shift"],
  ] as const) {
    api.post(
      `/api/couriers/:courierId/shift/${path}`,
      {
        config,
        schema: {
          tags,
          summary,
          params: courierParams,
          body: z.object({ city: text(80).optional() }).prefault({}),
          response,
        },
      },
      async (request, reply) => {
        const { courierId } = request.params;
        const principal = authorise(request, "courier.act", { courierId });
        const command =
          path === "start"
            ? ({ type: "start_shift", city: request.body.city ?? "Berlin" } as const)
            : ({ type: "end_shift" } as const);
        const written = await writer.write({
          stream: courierStream(courierId),
          aggregate: couriers.aggregate,
          kind: "command",
          envelope: envelopeFor({
            request,
            principal,
            key: idempotencyKey(request, false),
            command: `courier.${path}`,
            fingerprintKey,
            clock,
            correlationId: courierId,
          }),
          decide: (state) => couriers.decide(command, state),
        });
        return answer(reply, courierId, written, written.loaded.state.onShift ? "on_shift" : "off_shift");
      },
    );
  }

  for (const [path, type, summary] of [
    ["accept", "accept_delivery", "Accept the delivery of an assigned order"],
    ["decline", "decline_delivery", "Decline it; another courier is found"],
    ["arrive", "arrive", "Say that you have arrived at the site"],
    ["pick-up", "pick_up", "Say that you have picked the order up"],
    ["deliver", "deliver", "Say that you have delivered it"],
  ] as const) {
    api.post(
      `/api/orders/:orderId/delivery/${path}`,
      {
        config,
        schema: {
          tags,
          summary,
          params: orderParams,
          body: z
            .object({ proof: z.string().trim().min(1).max(200).optional().describe("deliver only: PIN or note") })
            .prefault({}),
          response,
        },
      },
      async (request, reply) =>
        await commandOrder(services, request, reply, {
          orderId: request.params.orderId,
          action: "courier.act",
          name: `delivery.${path}`,
          personal: type === "deliver",
          // Who carried it before may hear that it is no longer theirs, and have a repeat answered as the first time.
          resource: ({ courier: { assignments, courierId } }) => ({
            courierId: assignments.find((one) => one.courierId === request.principal?.id)?.courierId ?? courierId,
          }),
          command: (principal) =>
            type === "deliver"
              ? {
                  type,
                  courierId: principal.id,
                  proof: request.body.proof === undefined ? undefined : new Personal(request.body.proof),
                }
              : { type, courierId: principal.id },
        }),
    );
  }
}
