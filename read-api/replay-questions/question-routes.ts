import type { Pool } from "pg";
import { z } from "zod";
import { authorise } from "../../infra/auth/fastify-auth.ts";
import type { Api } from "../../infra/http/api.ts";
import { problem } from "../../infra/http/problem-schema.ts";
import { Problem } from "../../infra/http/problems.ts";
import { FINAL_STATES } from "../../projections/replay/jobs/job.ts";
import { findJob, forgetSchema } from "../../projections/replay/jobs/job-table.ts";
import { ExplainError, explain } from "../../projections/replay/questions/explain.ts";
import { HandlerFileError, listHandlers } from "../../projections/replay/questions/handler-file.ts";
import { dropScratch, ScratchUnknownError } from "../../projections/replay/questions/scratch.ts";
import { readScratchRows, TableUnknownError } from "../../projections/replay/questions/scratch-rows.ts";
import { NoLiveGenerationError } from "../../projections/runner/generations.ts";
import type { Projection } from "../../projections/runner/projection.ts";
import { decodeCursor, encodeCursor, listParameters } from "../answer.ts";
import { job, jobParams } from "../replay/schemas.ts";
import type { ReadServices } from "../services.ts";

export interface QuestionServices extends Pick<ReadServices, "pool" | "store" | "schemas" | "clock"> {
  readonly projections: readonly Projection[];
  /** Folder of the handler files that may be tried; undefined, none. */
  readonly handlers: string | undefined;
}

const MOST_ROWS = 500;
const MOST_EXPLAINING = 2;
/** Somebody waits for the answer. */
const MOST_MS = 10_000;

const text = z.string().nullable();
const name = z.string().regex(/^[a-z][a-z0-9_]{0,62}$/, "a name");
const list = <T extends z.ZodType>(item: T) => z.array(item).readonly();

const rowPage = z
  .object({ table: z.string(), columns: list(z.string()), rows: list(list(text)), next: z.string().optional() })
  .describe("a page of rows in the order of their key, as text");

const explanation = z
  .object({
    projection: z.string(),
    table: z.string(),
    key: z.record(z.string(), z.string()),
    row: z.record(z.string(), text).optional().describe("the live row; absent when there is none"),
    position: z.string().describe("where the live read model was read"),
    truncated: z.boolean().describe("there were more events than were looked at"),
    complete: z.boolean().describe("these events make exactly this row"),
    events: list(
      z.object({
        position: z.string(),
        stream: z.string(),
        revision: z.string(),
        id: z.string(),
        type: z.string(),
        at: z.string(),
        changes: z.record(z.string(), z.object({ from: text, to: text })),
        failure: z.string().optional().describe("why the handler could not take it"),
      }),
    ),
  })
  .describe("the events that made a row, and what each changed in it");

const keyParameter = z
  .string()
  .max(4_000)
  .transform((json, context) => {
    try {
      return z.record(z.string().regex(/^[a-z][a-z0-9_]*$/), z.string()).parse(JSON.parse(json));
    } catch {
      context.addIssue({ code: "custom", message: 'a JSON object of texts, such as {"order_id":"…"}' });
      return z.NEVER;
    }
  })
  .describe('the row\'s primary key as a JSON object of texts, such as {"order_id":"…"}');

/** Questions to the log: rows of a read model as of a moment, the handlers that can be tried, the events behind a row. */
export function questionRoutes(api: Api, services: QuestionServices): void {
  const { pool, store, schemas, clock, projections, handlers } = services;
  const errors = { "4xx": problem, "5xx": problem };

  api.get(
    "/api/replay/jobs/:jobId/rows",
    {
      config: { action: "replay.read" },
      schema: {
        tags: ["replay"],
        summary: "Rows of a read model as of a moment, or as another handler would have made them",
        params: z.object({ jobId: z.uuid() }),
        querystring: z.object({ table: name, ...listParameters(MOST_ROWS, 100) }),
        response: { 200: rowPage, ...errors },
      },
    },
    async (request) => {
      const { table, cursor, limit } = request.query;
      const job = await findJob(pool, request.params.jobId);
      const hasRows = job !== undefined && (job.kind === "as-of" || job.kind === "what-if");
      if (!hasRows || job.schema === undefined)
        throw new Problem("not_found", "there is no such job with rows to show");
      const after = cursor === undefined ? undefined : decodeCursor(cursor, z.array(z.string()).min(1).max(32));
      const { next, ...page } = await readScratchRows(pool, { schema: job.schema, table, after, limit }).catch(
        asProblem,
      );
      return { ...page, ...(next && { next: encodeCursor(next) }) };
    },
  );

  api.post(
    "/api/replay/jobs/:jobId/drop-rows",
    {
      config: { action: "replay.run" },
      schema: {
        tags: ["replay"],
        summary: "Drop the rows of a read model as of a moment, or those that another handler has made",
        description: "They are dropped by themselves after a week, or when there are more than 20 such read models.",
        params: jobParams,
        response: { 200: job, ...errors },
      },
    },
    async (request) => {
      authorise(request, "replay.run", {});
      const { jobId } = request.params;
      const found = await findJob(pool, jobId);
      if (found === undefined) throw new Problem("job_not_found", `there is no job ${jobId}`);
      const { kind, state, schema } = found;
      const hasRows = kind === "as-of" || kind === "what-if";
      if (!hasRows) throw new Problem("job_state", `a job of kind ${kind} has no rows of its own`, { state });
      if (!FINAL_STATES.includes(state)) {
        throw new Problem("job_state", "the job is not done yet: cancelling it drops what it has built", { state });
      }
      const dropped = schema !== undefined && (await droppedNow(pool, schema));
      const now = schema === undefined ? found : await forgetSchema(pool, jobId, clock);
      if (!dropped || now === undefined)
        throw new Problem("job_state", "its rows have been dropped already", { state });
      return now;
    },
  );

  api.get(
    "/api/replay/handlers",
    {
      config: { action: "replay.read" },
      schema: {
        tags: ["replay"],
        summary: 'Handlers that a job of kind "what-if" can try',
        description: "Files of the folder REPLAY_HANDLERS; none where it is not set.",
        response: { 200: z.object({ handlers: list(z.object({ name: z.string() })) }).describe("by name"), ...errors },
      },
    },
    async () => {
      const names = handlers === undefined ? [] : await listHandlers(handlers).catch(asProblem);
      return { handlers: names.map((one) => ({ name: one })) };
    },
  );

  let explaining = 0;
  api.get(
    "/api/replay/explain",
    {
      config: { action: "replay.read" },
      schema: {
        tags: ["replay"],
        summary: "The events that made a row",
        description:
          "Replays the streams behind the row in a transaction that is rolled back; at most 5,000 events, and as many as 10 s allow.",
        querystring: z.object({ projection: name, table: name, key: keyParameter }),
        response: { 200: explanation, ...errors },
      },
    },
    async (request) => {
      const { table, key } = request.query;
      const projection = projections.find((one) => one.name === request.query.projection);
      if (projection === undefined)
        throw new Problem("not_found", `there is no projection ${request.query.projection}`);
      // Each takes a connection for a while: the others are for orders.
      if (explaining >= MOST_EXPLAINING) throw new Problem("too_many_requests", "other rows are being explained");
      explaining++;
      try {
        const live = await schemas.of(projection.name).catch(asProblem);
        return await explain({ pool, store, projection, live, table, key, mostMs: MOST_MS }).catch(asProblem);
      } finally {
        explaining--;
      }
    },
  );
}

/** False when somebody else has dropped it, or it was dropped for its age. */
async function droppedNow(pool: Pool, schema: string): Promise<boolean> {
  try {
    await dropScratch(pool, schema);
    return true;
  } catch (error) {
    if (error instanceof ScratchUnknownError) return false;
    throw error;
  }
}

function asProblem(error: unknown): never {
  if (error instanceof ScratchUnknownError) {
    throw new Problem("not_found", "these rows were dropped meanwhile", {}, { cause: error });
  }
  if (error instanceof NoLiveGenerationError) throw new Problem("unavailable", error.message, {}, { cause: error });
  if (error instanceof TableUnknownError) throw new Problem("not_found", error.message, {}, { cause: error });
  if (error instanceof HandlerFileError) throw new Problem("unavailable", error.message, {}, { cause: error });
  if (!(error instanceof ExplainError)) throw error;
  throw new Problem(
    error.code === "table_unknown" ? "not_found" : "invalid_request",
    error.message,
    {},
    { cause: error },
  );
}
