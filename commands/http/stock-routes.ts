import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { LedgerCommand } from "../../domain/inventory/decide.ts";
import { Refusal } from "../../domain/refusal.ts";
import { siteStream } from "../../domain/site/site.ts";
import { authorise } from "../../infra/auth/fastify-auth.ts";
import { toInstant } from "../../infra/clock.ts";
import type { Api } from "../../infra/http/api.ts";
import { idempotencyKey } from "../../infra/http/idempotency-key.ts";
import { problem } from "../../infra/http/problem-schema.ts";
import { sites } from "../catalogue/catalogue-aggregates.ts";
import { answerFrom, envelopeFor } from "./command-context.ts";
import { commandAnswer, siteParams, slug, stockLines } from "./schemas.ts";
import type { CommandServices } from "./services.ts";

const response = { 200: commandAnswer, "4xx": problem, "5xx": problem };
const config = { action: "stock.receive" } as const;
const tags = ["stock"];

/** How far back a repeat of a stock command is looked for in closed chapters. */
const REPEATS_FOR_MS = 24 * 60 * 60 * 1000;

/** Receiving, counting, and taking items off sale. */
export function stockRoutes(api: Api, services: CommandServices): void {
  api.post(
    "/api/sites/:siteId/stock/receive",
    {
      config,
      schema: {
        tags,
        summary: "Receive stock",
        params: siteParams,
        body: z.object({ lines: stockLines, reference: z.string().max(100).optional() }),
        response,
      },
    },
    async (request, reply) =>
      await ask(services, request, reply, request.params.siteId, { type: "receive", ...request.body }),
  );
  api.post(
    "/api/sites/:siteId/stock/count",
    {
      config,
      schema: {
        tags,
        summary: "Say how many of an item are there",
        params: siteParams,
        body: z.object({ sku: slug, onHand: z.number().int().min(0).max(1_000_000_000) }),
        response,
      },
    },
    async (request, reply) =>
      await ask(services, request, reply, request.params.siteId, { type: "count", ...request.body }),
  );
  api.post(
    "/api/sites/:siteId/stock/availability",
    {
      config,
      schema: {
        tags,
        summary: "Take an item off sale at this site, or put it back",
        params: siteParams,
        body: z.object({ sku: slug, available: z.boolean() }),
        response,
      },
    },
    async (request, reply) => {
      const { sku, available } = request.body;
      const type = available ? "mark_available" : "mark_unavailable";
      return await ask(services, request, reply, request.params.siteId, { type, sku });
    },
  );
}

async function ask(
  { ledgers, writer, clock, fingerprintKey }: CommandServices,
  request: FastifyRequest,
  reply: FastifyReply,
  siteId: string,
  command: LedgerCommand,
) {
  const principal = authorise(request, "stock.receive", { siteId });
  const site = writer.memory.remembered(siteStream(siteId)) ?? (await writer.memory.refresh(siteStream(siteId), sites));
  if (!site.state) throw new Refusal("site_unknown", `there is no site ${siteId}`);
  const key = idempotencyKey(request, command.type === "receive");
  const answered = await ledgers.ask(siteId, {
    command,
    kind: "command",
    since: toInstant(clock.now() - REPEATS_FOR_MS),
    envelope: envelopeFor({
      request,
      principal,
      key,
      command: `stock.${command.type}`,
      fingerprintKey,
      clock,
      correlationId: `ledger-${siteId}`,
    }),
  });
  const own = answered.kind === "done" ? answered.own.events.at(-1) : undefined;
  const revision = own?.revision ?? ("revision" in answered ? answered.revision : 0n);
  // Where nothing was to be done, the ledger already holds what was asked for at its last event.
  const position = own?.position ?? ("position" in answered ? answered.position : undefined);
  return answerFrom(reply, siteId, own, { revision, position }, "recorded");
}
