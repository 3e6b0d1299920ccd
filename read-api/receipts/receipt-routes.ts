import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { authorise } from "../../infra/auth/fastify-auth.ts";
import type { Api } from "../../infra/http/api.ts";
import { problem } from "../../infra/http/problem-schema.ts";
import type { Receipt } from "../../projections/buyer-views.ts";
import { isUnchanged } from "../answer.ts";
import { readOrderStream } from "../orders/order-lookup.ts";
import { resourceOf, unknownOrder } from "../orders/order-routes.ts";
import { orderParams, unchanged } from "../parts.ts";
import { mayKnowContact, openContact } from "../personal.ts";
import type { ReadServices } from "../services.ts";
import { recordAccess } from "../staff-access.ts";
import { receiptFrom } from "./receipt.ts";
import { receipt } from "./schemas.ts";
import { RECEIPT_WORDS } from "./words.ts";

/** Receipts: as data for pages, and as a file. Both are told from the order's own events. */
export function receiptRoutes(api: Api, services: ReadServices): void {
  const config = { action: "order.read" } as const;
  const tags = ["orders"];

  api.get(
    "/api/orders/:orderId/receipt",
    {
      config,
      schema: {
        tags,
        summary: "An order's receipt",
        description: "Lines, tax by rate, fee, total and refunds, from the event store.",
        params: orderParams,
        response: { 200: receipt, 304: unchanged, "4xx": problem, "5xx": problem },
      },
    },
    async (request, reply) => {
      const found = await receiptFor(services, request, reply, request.params.orderId);
      if (isUnchanged(request, reply, found.proof.revision)) return await reply.code(304).send(null);
      return found;
    },
  );

  api.get(
    "/api/orders/:orderId/receipt.pdf",
    {
      config,
      schema: {
        tags,
        summary: "An order's receipt to print or keep",
        description: "A PDF in the order's language, with times of the site's zone.",
        params: orderParams,
        response: {
          200: { description: "the receipt", content: { "application/pdf": { schema: z.any() } } },
          304: unchanged,
          "4xx": problem,
          "5xx": problem,
        },
      },
    },
    async (request, reply) => {
      const found = await receiptFor(services, request, reply, request.params.orderId);
      if (isUnchanged(request, reply, `${found.proof.revision}.pdf`)) return await reply.code(304).send(null);
      const name = RECEIPT_WORDS[found.language].file(found.number);
      // Loaded with the first file: fonts and all, it is more than the rest of this API.
      const { receiptPdf } = await import("./receipt-pdf.ts");
      reply.header("content-disposition", `inline; filename="${name}"`);
      return await reply.type("application/pdf").send(await receiptPdf(found));
    },
  );
}

/** The receipt for whoever asks; throws Problem where there is none, or it is somebody else's. */
async function receiptFor(
  services: ReadServices,
  request: FastifyRequest,
  reply: FastifyReply,
  orderId: string,
): Promise<Receipt> {
  const events = await readOrderStream(services.store, orderId);
  const told = receiptFrom(orderId, events);
  if (!told) throw unknownOrder(orderId);
  const { found } = told;
  const principal = authorise(request, "order.read", resourceOf(found.order));
  await recordAccess(services, principal, orderId, "order");
  reply.header("x-source", "event-store").header("x-position", found.version.toString()).header("x-age-ms", "0");
  if (!mayKnowContact(principal, found)) return told.receipt;
  return { ...told.receipt, contact: await openContact(services.keys, services.log, found) };
}
