import { z } from "zod";
import { Personal } from "../../domain/chain/personal.ts";
import { courierStream } from "../../domain/courier/courier.ts";
import { deliveryPins, PIN, PIN_CHECKED, proofOf } from "../../domain/order/delivery-pin.ts";
import { authorise } from "../../infra/auth/fastify-auth.ts";
import type { Api } from "../../infra/http/api.ts";
import { idempotencyKey } from "../../infra/http/idempotency-key.ts";
import { problem } from "../../infra/http/problem-schema.ts";
import { couriers } from "../couriers/courier-aggregate.ts";
import { PinTries } from "../couriers/pin-tries.ts";
import { answer, envelopeFor } from "./command-context.ts";
import { commandOrder, type OrderRequest } from "./order-command.ts";
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
  ] as const) {
    api.post(
      `/api/orders/:orderId/delivery/${path}`,
      { config, schema: { tags, summary, params: orderParams, body: z.object({}).prefault({}), response } },
      async (request, reply) =>
        await commandOrder(services, request, reply, {
          orderId: request.params.orderId,
          action: "courier.act",
          name: `delivery.${path}`,
          resource: carriedBy(request.principal?.id),
          command: ({ id }) => ({ type, courierId: id }),
        }),
    );
  }

  const tries = new PinTries(deliveryPins(fingerprintKey));
  api.post(
    "/api/orders/:orderId/delivery/deliver",
    {
      config,
      schema: {
        tags,
        summary: "Say that you have delivered it",
        description:
          "With the PIN that the customer says, a note, or both. A wrong PIN is refused (`pin_wrong`), and after a few " +
          "different ones every PIN of that order is (`pin_tries_spent`): then a note says where it is.",
        params: orderParams,
        body: z.object({ pin: pin.optional(), proof: note.optional() }).prefault({}),
        response,
      },
    },
    async (request, reply) => {
      const { orderId } = request.params;
      const { pin: said, proof: noted } = request.body;
      const proof = proofOf(said !== undefined, noted);
      return await commandOrder(services, request, reply, {
        orderId,
        action: "courier.act",
        name: "delivery.deliver",
        personal: true,
        resource: carriedBy(request.principal?.id),
        command: ({ id }) => ({
          type: "deliver",
          courierId: id,
          proof: proof === undefined ? undefined : new Personal(proof),
        }),
        // Only a delivery that takes place by it costs a try.
        last: () => said !== undefined && tries.check(orderId, said),
      });
    },
  );
}

const pin = z.string().regex(PIN, "four digits").describe("as the customer says it");
const note = text(200)
  .refine((typed) => !typed.startsWith(PIN_CHECKED), "looks like a checked PIN: send the PIN itself")
  .describe("where it is, or who has it");

/** Who carried it before may hear that it is no longer theirs, and have a repeat answered as the first time. */
const carriedBy =
  (principal: string | undefined): OrderRequest["resource"] =>
  ({ courier: { assignments, courierId } }) => ({
    courierId: assignments.find((one) => one.courierId === principal)?.courierId ?? courierId,
  });
