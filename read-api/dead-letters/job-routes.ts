import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { commandIdFor } from "../../domain/chain/ids.ts";
import { authorise } from "../../infra/auth/fastify-auth.ts";
import { actorOf, principalKey } from "../../infra/auth/principal.ts";
import { pause } from "../../infra/consumers/waiting.ts";
import type { JobAction } from "../../infra/dead-letters/errands.ts";
import type { LetterFilter } from "../../infra/dead-letters/filter.ts";
import {
  abortJob,
  createJob,
  findJob,
  type JobProgress,
  jobResults,
  newestJobs,
} from "../../infra/dead-letters/jobs.ts";
import { sealReason } from "../../infra/dead-letters/reason.ts";
import { rulesWaiting } from "../../infra/dead-letters/rules.ts";
import type { Api } from "../../infra/http/api.ts";
import { idempotencyKey } from "../../infra/http/idempotency-key.ts";
import { problem } from "../../infra/http/problem-schema.ts";
import { Problem } from "../../infra/http/problems.ts";
import { inTransaction } from "../../infra/postgres/pool.ts";
import { job, jobList, jobWithResults, perSecond, reason, ruleList, wanted } from "./schemas.ts";
import type { DeadLetterServices } from "./services.ts";

const tags = ["dead letters"];
const response = { "4xx": problem, "5xx": problem };
const params = z.object({ jobId: z.uuid() });
const MOST_SHOWN = 200;
/** A look is answered at once where it can be. */
const LOOK_MS = 8_000;
const LOOK_EVERY_MS = 100;
const LOOKS_PER_SECOND = 200;

/** Redriving and discarding, of one letter or of all that match; done by the workers, in each consumer's own order. */
export function redriveRoutes(api: Api, services: DeadLetterServices): void {
  const { pool, clock, reasons } = services;

  api.post(
    "/api/dead-letters/preview",
    {
      config: { action: "dead-letters.resolve" },
      schema: {
        tags,
        summary: "What redriving would do",
        description:
          "For an event, the real handler in a transaction that is undone, with everything behind it; for an effect, " +
          "whether it is still owed and what it would ask. Changes nothing and asks nobody outside. Up to 20 letters " +
          "by id, answered with 200 once all are looked at, else with 202.",
        body: z.strictObject({ ids: z.array(z.uuid()).min(1).max(20) }),
        response: { 200: jobWithResults, 202: jobWithResults, ...response },
      },
    },
    async (request, reply) => {
      const id = await create(request, "preview", { ids: request.body.ids }, LOOKS_PER_SECOND);
      const until = performance.now() + LOOK_MS;
      let found = await jobOr404(id);
      while (found.state === "running" && performance.now() < until) {
        await pause(LOOK_EVERY_MS);
        found = await jobOr404(id);
      }
      void reply.code(found.state === "running" ? 202 : 200);
      return { job: found, results: await jobResults(pool, id, MOST_SHOWN) };
    },
  );

  api.post(
    "/api/dead-letters/redrive",
    {
      config: { action: "dead-letters.resolve" },
      schema: {
        tags,
        summary: "Redrive parked letters",
        description:
          "An event is handled again with everything that was held back behind it, in order; what fails again stays " +
          "parked. An effect that is still owed is done again. At most `perSecond` letters a second.",
        body: z.strictObject({ filter: wanted, perSecond, reason: reason.optional() }),
        response: { 202: job, ...response },
      },
    },
    async (request, reply) => {
      const { filter, perSecond: rate, reason: typed } = request.body;
      return await accepted(reply, await create(request, "redrive", filter, rate, typed));
    },
  );

  api.post(
    "/api/dead-letters/discard",
    {
      config: { action: "dead-letters.resolve" },
      schema: {
        tags,
        summary: "Do without what parked letters are about",
        description: "The letter says what is then missing (`discarding`). The filter must name something.",
        body: z.strictObject({ filter: wanted, perSecond, reason }),
        response: { 202: job, ...response },
      },
    },
    async (request, reply) => {
      const { filter, perSecond: rate, reason: typed } = request.body;
      if (Object.values(filter).every((value) => value === undefined)) {
        throw new Problem("invalid_request", "/filter: name what is to be discarded");
      }
      return await accepted(reply, await create(request, "discard", filter, rate, typed));
    },
  );

  api.get(
    "/api/dead-letters/jobs",
    {
      config: { action: "dead-letters.read" },
      schema: { tags, summary: "The newest redrives and discards", response: { 200: jobList, ...response } },
    },
    async () => ({ jobs: await newestJobs(pool, 20) }),
  );

  api.get(
    "/api/dead-letters/rules",
    {
      config: { action: "dead-letters.read" },
      schema: { tags, summary: "What is redriven by itself, and when", response: { 200: ruleList, ...response } },
    },
    async () => ({ rules: await rulesWaiting(pool) }),
  );

  api.get(
    "/api/dead-letters/jobs/:jobId",
    {
      config: { action: "dead-letters.read" },
      schema: {
        tags,
        summary: "How far a redrive is, and what became of its letters (those that failed first)",
        params,
        response: { 200: jobWithResults, ...response },
      },
    },
    async (request, reply) => {
      const { jobId } = request.params;
      void reply.header("cache-control", "no-store");
      return { job: await jobOr404(jobId), results: await jobResults(pool, jobId, MOST_SHOWN) };
    },
  );

  api.post(
    "/api/dead-letters/jobs/:jobId/abort",
    {
      config: { action: "dead-letters.resolve" },
      schema: {
        tags,
        summary: "Stop a redrive: what was not let go yet stays parked",
        params,
        response: { 200: job, ...response },
      },
    },
    async (request) => {
      authorise(request, "dead-letters.resolve", {});
      const { jobId } = request.params;
      await jobOr404(jobId);
      const ended = await inTransaction(pool, (tx) => abortJob(tx, jobId, clock.now()));
      const now = await jobOr404(jobId);
      if (!ended && now.state !== "aborted") {
        throw new Problem("redrive_ended", "the redrive has ended already", { state: now.state });
      }
      return now;
    },
  );

  async function create(
    request: FastifyRequest,
    action: JobAction,
    filter: LetterFilter,
    rate: number,
    typed?: string,
  ): Promise<string> {
    const principal = authorise(request, "dead-letters.resolve", {});
    const key = idempotencyKey(request, action !== "preview");
    const id = commandIdFor(principalKey(principal), `dead-letters/${key}`);
    const { type, id: by } = actorOf(principal);
    const sealed = typed === undefined ? undefined : sealReason(reasons, typed);
    const asked = { id, action, by: { type, id: by }, reason: sealed, filter, perSecond: rate, now: clock.now() };
    await inTransaction(pool, (tx) => createJob(tx, asked));
    const stored = await jobOr404(id);
    if (stored.action !== action || !sameFilter(stored.filter, filter)) {
      throw new Problem("idempotency_key_reused", "the key has asked for something else", { jobId: id });
    }
    return id;
  }

  async function accepted(reply: FastifyReply, id: string): Promise<JobProgress> {
    void reply.code(202).header("location", `/api/dead-letters/jobs/${id}`);
    return await jobOr404(id);
  }

  async function jobOr404(id: string): Promise<JobProgress> {
    const found = await findJob(pool, id);
    if (found === undefined) throw new Problem("redrive_unknown", `there is no redrive ${id}`);
    return found;
  }
}

const sameFilter = (one: LetterFilter, other: LetterFilter): boolean =>
  JSON.stringify(Object.entries(one).toSorted()) ===
  JSON.stringify(
    Object.entries(other)
      .filter(([, value]) => value !== undefined)
      .toSorted(),
  );
