import { createHash } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { problem } from "../../infra/http/problem-schema.ts";
import { isUnchanged, type Reading, stateFreshness } from "../answer.ts";
import { unchanged } from "../parts.ts";
import type { ReadPositions } from "../positions.ts";
import { type Cell, csvOf } from "./csv.ts";

/** The answers of a route that sends a table. */
export const tableResponses = <Schema extends z.ZodType>(schema: Schema) => ({
  200: {
    description: schema.description ?? "",
    content: {
      "application/json": { schema },
      "text/csv": { schema: z.string().describe("the same as a table, with a line of headings") },
    },
  },
  304: unchanged,
  "4xx": problem,
  "5xx": problem,
});

/** The same answer as a table. */
export interface Table {
  /** Without ending. */
  readonly fileName: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/**
 * Sends an answer as JSON, or as a CSV file when that is asked for; with its position and age, and 304 to whoever has
 * just this answer.
 */
export async function sendTable(
  request: FastifyRequest,
  reply: FastifyReply,
  positions: ReadPositions,
  reading: Reading,
  answer: { readonly format: "json" | "csv"; readonly json: object; readonly table: () => Table },
): Promise<FastifyReply> {
  await stateFreshness(reply, positions, reading);
  const csv = answer.format === "csv" ? answer.table() : undefined;
  const text = csv ? csvOf(csv.columns, csv.rows) : JSON.stringify(answer.json);
  // What is shown may be the same at another position, and another at the same: the range moves with time.
  const digest = createHash("sha256").update(text).digest("base64url").slice(0, 22);
  if (isUnchanged(request, reply, digest)) return await reply.code(304).send(null);
  if (!csv) return await reply.send(answer.json);
  reply.header("content-disposition", `attachment; filename="${csv.fileName}.csv"`);
  return await reply.type("text/csv; charset=utf-8; header=present").send(text);
}

/** `orders-2026-11-20T00-2026-11-21T00`: what a downloaded table is called. */
export const fileNameOf = (what: string, from: string, to: string, ...more: readonly (string | undefined)[]): string =>
  [what, ...more.filter((one) => one !== undefined), from.slice(0, 13), to.slice(0, 13)]
    .join("-")
    .replaceAll(/[^A-Za-z0-9_.-]+/g, "_");
