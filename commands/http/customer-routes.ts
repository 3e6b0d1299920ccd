import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { customerIdFor } from "../../domain/chain/ids.ts";
import { Personal } from "../../domain/chain/personal.ts";
import {
  type CustomerCommand,
  customerStream,
  decide,
  HOLD_CAUSES,
  LIFT_CAUSES,
} from "../../domain/customer/customer.ts";
import { authorise } from "../../infra/auth/fastify-auth.ts";
import { type Principal, principalKey } from "../../infra/auth/principal.ts";
import type { Api } from "../../infra/http/api.ts";
import { idempotencyKey } from "../../infra/http/idempotency-key.ts";
import { problem } from "../../infra/http/problem-schema.ts";
import { customers } from "../customers/customer-aggregate.ts";
import { answer, envelopeFor, ifMatch } from "./command-context.ts";
import { commandAnswer, contact, customerParams } from "./schemas.ts";
import type { CommandServices } from "./services.ts";

const response = { 200: commandAnswer, 201: commandAnswer, "4xx": problem, "5xx": problem };
const config = { action: "customer.register" } as const;
const tags = ["customers"];

/** Registering customers, changing their contact, and holding them. */
export function customerRoutes(api: Api, services: CommandServices): void {
  api.post(
    "/api/customers",
    {
      config,
      schema: {
        tags,
        summary: "Register a customer",
        description: "A customer registers their own account; support and admins register a new one.",
        body: z.object({ contact }),
        response,
      },
    },
    async (request, reply) => {
      const principal = authorise(request, "customer.register", {});
      const key = idempotencyKey(request, true);
      const own = principal.role === "customer";
      const customerId = own ? principal.id : customerIdFor(principalKey(principal), key);
      const register = {
        type: "register",
        customerId,
        guest: principal.role === "guest",
        contact: new Personal(request.body.contact),
      } as const;
      const written = await write(services, request, principal, key, customerId, register);
      reply.code(written.repeated || !written.own ? 200 : 201).header("location", `/api/customers/${customerId}`);
      return answer(reply, customerId, written, "registered");
    },
  );

  api.put(
    "/api/customers/:customerId/contact",
    {
      config,
      schema: {
        tags,
        summary: "Change a customer's contact",
        params: customerParams,
        body: z.object({ contact }),
        response,
      },
    },
    async (
      request: FastifyRequest<{ Params: { customerId: string }; Body: { contact: z.output<typeof contact> } }>,
      reply: FastifyReply,
    ) => {
      const { customerId } = request.params;
      const principal = authorise(request, "customer.register", { customerId });
      const key = idempotencyKey(request, false);
      const change = { type: "change_contact", contact: new Personal(request.body.contact) } as const;
      const written = await write(services, request, principal, key, customerId, change);
      return answer(reply, customerId, written, "registered");
    },
  );

  api.post(
    "/api/customers/:customerId/hold",
    {
      config: { action: "customer.hold" },
      schema: {
        tags,
        summary: "Take no orders from a customer",
        params: customerParams,
        body: z.object({ cause: z.enum(HOLD_CAUSES) }),
        response,
      },
    },
    async (request, reply) => {
      const { customerId } = request.params;
      const command = { type: "hold", cause: request.body.cause } as const;
      return answer(reply, customerId, await hold(services, request, customerId, command), "held");
    },
  );

  api.post(
    "/api/customers/:customerId/lift-hold",
    {
      config: { action: "customer.hold" },
      schema: {
        tags,
        summary: "Take orders from a held customer again",
        params: customerParams,
        body: z.object({ cause: z.enum(LIFT_CAUSES) }),
        response,
      },
    },
    async (request, reply) => {
      const { customerId } = request.params;
      const command = { type: "lift_hold", cause: request.body.cause } as const;
      return answer(reply, customerId, await hold(services, request, customerId, command), "registered");
    },
  );
}

/** Holds or lifts. No personal data is in it, so that it needs no key of the customer. */
async function hold(
  { writer, fingerprintKey, clock }: CommandServices,
  request: FastifyRequest,
  customerId: string,
  command: CustomerCommand,
) {
  const principal = authorise(request, "customer.hold", { customerId });
  return await writer.write({
    stream: customerStream(customerId),
    aggregate: customers,
    kind: "command",
    ifRevision: ifMatch(request),
    envelope: envelopeFor({
      request,
      principal,
      key: idempotencyKey(request, true),
      command: `customer.${command.type}/${customerId}`,
      fingerprintKey,
      clock,
      correlationId: customerId,
    }),
    decide: (state) => decide(command, state),
  });
}

async function write(
  { writer, keys, clock }: CommandServices,
  request: FastifyRequest,
  principal: Principal,
  key: string,
  customerId: string,
  command: CustomerCommand,
) {
  const subkeys = await keys.getOrCreate(customerId);
  return await writer.write({
    stream: customerStream(customerId),
    aggregate: customers,
    kind: "command",
    keys: subkeys,
    ifRevision: ifMatch(request),
    envelope: envelopeFor({
      request,
      principal,
      key,
      command: `customer.${command.type}`,
      fingerprintKey: subkeys.fp,
      clock,
      correlationId: customerId,
    }),
    decide: (state) => decide(command, state),
  });
}
