import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { decide as decideItem, type ItemCommand, itemStream } from "../../domain/catalogue/item.ts";
import {
  decide as decideSite,
  type SiteCommand,
  STATIONS,
  SUSPEND_CAUSES,
  siteStream,
} from "../../domain/site/site.ts";
import { authorise } from "../../infra/auth/fastify-auth.ts";
import type { Api } from "../../infra/http/api.ts";
import { idempotencyKey } from "../../infra/http/idempotency-key.ts";
import { problem } from "../../infra/http/problem-schema.ts";
import { items, sites } from "../catalogue/catalogue-aggregates.ts";
import type { Decided } from "../writing/build-events.ts";
import type { Aggregate } from "../writing/stream-memory.ts";
import { answer, envelopeFor, ifMatch } from "./command-context.ts";
import {
  changeItemBody,
  changeSiteBody,
  commandAnswer,
  itemParams,
  listItemBody,
  openSiteBody,
  siteParams,
} from "./schemas.ts";
import type { CommandServices } from "./services.ts";

const response = { 200: commandAnswer, 201: commandAnswer, "4xx": problem, "5xx": problem };
const config = { action: "catalogue.write" } as const;
const tags = ["catalogue"];

/** Sites and items. */
export function catalogueRoutes(api: Api, services: CommandServices): void {
  const siteWrite = (request: FastifyRequest, reply: FastifyReply, siteId: string, command: SiteCommand) =>
    write(services, request, reply, {
      id: siteId,
      stream: siteStream(siteId),
      aggregate: sites,
      name: `site.${command.type}`,
      creates: command.type === "open",
      decide: (state) => decideSite(command, state),
      status: (state) => state?.status ?? "unknown",
    });
  const itemWrite = (request: FastifyRequest, reply: FastifyReply, sku: string, command: ItemCommand) =>
    write(services, request, reply, {
      id: sku,
      stream: itemStream(sku),
      aggregate: items,
      name: `item.${command.type}`,
      creates: command.type === "list",
      decide: (state) => decideItem(command, state),
      status: (state) => (state?.withdrawn ? "withdrawn" : "listed"),
    });

  api.post(
    "/api/sites",
    { config, schema: { tags, summary: "Open a site", body: openSiteBody, response } },
    async (request, reply) => {
      const { siteId, stations, ...details } = request.body;
      const command = {
        type: "open",
        siteId,
        details: { ...details, stations: stations ?? STATIONS[details.kind] },
      } as const;
      return await siteWrite(request, reply, siteId, command);
    },
  );
  api.patch(
    "/api/sites/:siteId",
    {
      config,
      schema: { tags, summary: "Change a site", params: siteParams, body: changeSiteBody, response },
    },
    async (request, reply) =>
      await siteWrite(request, reply, request.params.siteId, { type: "change", details: request.body }),
  );
  api.post(
    "/api/sites/:siteId/suspend",
    {
      config,
      schema: {
        tags,
        summary: "Take no orders at a site for a while",
        params: siteParams,
        body: z.object({ cause: z.enum(SUSPEND_CAUSES) }),
        response,
      },
    },
    async (request, reply) =>
      await siteWrite(request, reply, request.params.siteId, { type: "suspend", cause: request.body.cause }),
  );
  api.post(
    "/api/sites/:siteId/resume",
    { config, schema: { tags, summary: "Take orders at a site again", params: siteParams, response } },
    async (request, reply) => await siteWrite(request, reply, request.params.siteId, { type: "resume" }),
  );
  api.post(
    "/api/sites/:siteId/close",
    { config, schema: { tags, summary: "Close a site for good", params: siteParams, response } },
    async (request, reply) => await siteWrite(request, reply, request.params.siteId, { type: "close" }),
  );
  api.post(
    "/api/items",
    { config, schema: { tags, summary: "List an item", body: listItemBody, response } },
    async (request, reply) => {
      const { sku, ...details } = request.body;
      return await itemWrite(request, reply, sku, { type: "list", sku, details });
    },
  );
  api.patch(
    "/api/items/:sku",
    {
      config,
      schema: { tags, summary: "Change an item", params: itemParams, body: changeItemBody, response },
    },
    async (request, reply) =>
      await itemWrite(request, reply, request.params.sku, { type: "change", details: request.body }),
  );
  api.post(
    "/api/items/:sku/withdraw",
    { config, schema: { tags, summary: "Sell an item no more, for good", params: itemParams, response } },
    async (request, reply) => await itemWrite(request, reply, request.params.sku, { type: "withdraw" }),
  );
}

async function write<State>(
  { writer, clock, fingerprintKey }: CommandServices,
  request: FastifyRequest,
  reply: FastifyReply,
  what: {
    readonly id: string;
    readonly stream: string;
    readonly aggregate: Aggregate<State>;
    readonly name: string;
    readonly creates: boolean;
    decide(state: State): readonly Decided[];
    status(state: State): string;
  },
) {
  const principal = authorise(request, "catalogue.write", {});
  const written = await writer.write({
    stream: what.stream,
    aggregate: what.aggregate,
    kind: "command",
    ifRevision: ifMatch(request),
    envelope: envelopeFor({
      request,
      principal,
      key: idempotencyKey(request, what.creates),
      command: what.name,
      fingerprintKey,
      clock,
      correlationId: what.stream,
    }),
    decide: what.decide,
  });
  if (what.creates && !written.repeated) reply.code(201);
  return answer(reply, what.id, written, what.status(written.loaded.state));
}
