import { z } from "zod";
import { authorise } from "../../infra/auth/fastify-auth.ts";
import type { Api } from "../../infra/http/api.ts";
import { problem } from "../../infra/http/problem-schema.ts";
import { Problem } from "../../infra/http/problems.ts";
import { type CustomerRow, loadCustomers } from "../../projections/customers/rows.ts";
import { readQuestion, type Term } from "../../projections/customers/search/question.ts";
import type { CustomerView } from "../../projections/views.ts";
import {
  afterParameter,
  askedPosition,
  contentTag,
  decodeCursor,
  encodeCursor,
  isUnchanged,
  listParameters,
  REACH_WITHIN_MS,
  readingOf,
  stateFreshness,
  wordParameter,
} from "../answer.ts";
import { customerParams, unchanged } from "../parts.ts";
import { openCustomers } from "../personal.ts";
import type { ReadServices } from "../services.ts";
import { customer, customers } from "./schemas.ts";

/** How many more are looked at than are shown: kept words are cut short, and not everybody found is meant. */
const LOOKED_AT_TIMES = 4;

/** The directory of customers: for whoever takes orders by phone, and for support. */
export function customerRoutes(api: Api, services: ReadServices): void {
  const { pool, positions, keys, log, access, finder } = services;

  api.get(
    "/api/customers",
    {
      config: { action: "customer.search" },
      schema: {
        tags: ["customers"],
        summary: "Find customers",
        description:
          "By beginnings of the name (three letters are enough; `Mül`, `Muel` and `mul` find Müller), the last three or " +
          "more digits of the phone number, or the beginning of the email address; of several words all have to hold. " +
          "That their contacts were read is recorded.",
        querystring: z.object({ after: afterParameter, q: wordParameter, ...listParameters(50, 20) }),
        response: { 200: customers, 304: unchanged, "4xx": problem, "5xx": problem },
      },
    },
    async (request, reply) => {
      const principal = authorise(request, "customer.search", {});
      const { q, cursor, limit } = request.query;
      const terms = readQuestion(q);
      if (terms.length === 0) {
        throw new Problem(
          "invalid_request",
          "/q: three letters of the name, the last three digits of the phone number, or an email address",
        );
      }
      const asked = askedPosition(request);
      const indexed = asked === undefined || (await finder.reach(asked, REACH_WITHIN_MS));
      const reading = await readingOf(positions, "customers", request);
      const [from] = cursor === undefined ? [undefined] : decodeCursor(cursor, z.tuple([z.uuid()]));
      const page = await findPage(services, reading.generation.schema, terms, from, limit);
      await access.recordCustomers(
        principal,
        page.shown.map(({ customerId }) => customerId),
      );
      await stateFreshness(reply, positions, { ...reading, stale: reading.stale || !indexed });
      const answer = { customers: page.shown, next: page.last && encodeCursor([page.last]) };
      if (isUnchanged(request, reply, contentTag(answer))) return await reply.code(304).send(null);
      return answer;
    },
  );

  api.get(
    "/api/customers/:customerId",
    {
      config: { action: "customer.read" },
      schema: {
        tags: ["customers"],
        summary: "A customer",
        description: "Customers see themselves. That support or an admin has read it is recorded.",
        params: customerParams,
        querystring: z.object({ after: afterParameter }),
        response: { 200: customer, 304: unchanged, "4xx": problem, "5xx": problem },
      },
    },
    async (request, reply) => {
      const { customerId } = request.params;
      const principal = authorise(request, "customer.read", { customerId });
      const reading = await readingOf(positions, "customers", request);
      const row = (await loadCustomers(pool, reading.generation.schema, [customerId])).get(customerId);
      const contact = row && (await openCustomers(keys, log, [row])).get(customerId);
      await stateFreshness(reply, positions, reading);
      if (!row || !contact) throw new Problem("customer_unknown", `there is no customer ${customerId}`);
      if (principal.role !== "customer") await access.recordCustomers(principal, [customerId]);
      if (isUnchanged(request, reply, row.revision)) return await reply.code(304).send(null);
      return viewOf(row, contact);
    },
  );
}

/**
 * A page of customers of whom the terms hold. Looks at a bounded number of those who may be meant: a page may show fewer
 * than `limit` and still have a next one.
 */
export async function findPage(
  { pool, keys, log, finder }: ReadServices,
  schema: string,
  terms: readonly Term[],
  from: string | undefined,
  limit: number,
): Promise<{ readonly shown: readonly CustomerView[]; readonly last: string | undefined }> {
  const most = limit * LOOKED_AT_TIMES;
  const ids = await finder.find(terms, from, most);
  const rows = await loadCustomers(pool, schema, ids);
  const contacts = await openCustomers(keys, log, rows.values());
  const shown: CustomerView[] = [];
  for (const [at, id] of ids.entries()) {
    const [row, contact] = [rows.get(id), contacts.get(id)];
    if (row && contact && terms.every((term) => term.holds(contact))) shown.push(viewOf(row, contact));
    if (shown.length === limit) return { shown, last: at + 1 < ids.length || ids.length === most ? id : undefined };
  }
  return { shown, last: ids.length === most ? ids.at(-1) : undefined };
}

const viewOf = (
  { customer: { customerId, guest, held }, registeredAt, revision }: CustomerRow,
  contact: CustomerView["contact"],
): CustomerView => ({ customerId, guest, held, registeredAt, contact, revision: revision.toString() });
