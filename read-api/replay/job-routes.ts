import type { FastifyReply } from "fastify";
import { z } from "zod";
import { authorise } from "../../infra/auth/fastify-auth.ts";
import { principalKey } from "../../infra/auth/principal.ts";
import type { Api } from "../../infra/http/api.ts";
import { idempotencyKey } from "../../infra/http/idempotency-key.ts";
import { problem } from "../../infra/http/problem-schema.ts";
import { Problem } from "../../infra/http/problems.ts";
import type { Job, JobKind, JobParams } from "../../projections/replay/jobs/job.ts";
import {
  countQueued,
  createJob,
  findDiff,
  findJob,
  JobKeyReusedError,
  jobIdFor,
  listJobs,
  wantCancel,
  wantSwap,
} from "../../projections/replay/jobs/job-table.ts";
import type { ReadServices } from "../services.ts";
import { diff, job, jobParams, projectionName } from "./schemas.ts";

const tags = ["replay"];
const response = { "4xx": problem, "5xx": problem };
/** They are done one after the other, and each fills a copy of a read model. */
const MOST_QUEUED = 50;

/** Rebuilds and questions as jobs: asked for here, done by the workers. */
export function replayJobRoutes(api: Api, services: ReadServices): void {
  const { pool, clock, replay } = services;

  api.post(
    "/api/replay/jobs",
    {
      config: { action: "replay.run" },
      schema: {
        tags,
        summary: "Ask for a rebuild, a read model as of a moment, or what another handler would make of the log",
        body: z
          .looseObject({ kind: z.string().max(40), projection: projectionName })
          .describe(
            "with what the kind takes: `stopShare` (rebuild), `position` or `time` (as-of), `handler` (what-if)",
          ),
        response: { 202: job, ...response },
      },
    },
    async (request, reply) => {
      const principal = authorise(request, "replay.run", {});
      const { kind: asked, projection, ...rest } = request.body;
      if (!replay.projections.some(({ name }) => name === projection)) throw projectionUnknown(projection);
      const kind = replay.kinds.find((one) => one.kind === asked);
      if (kind === undefined) {
        const kinds = replay.kinds.map((one) => one.kind).join(", ");
        throw new Problem("invalid_request", `/kind: there is no kind "${asked}"; there are: ${kinds}`);
      }
      const requestedBy = principalKey(principal);
      const params = parsed(kind, rest);
      const jobId = jobIdFor(requestedBy, idempotencyKey(request, true));
      if ((await findJob(pool, jobId)) === undefined && (await countQueued(pool)) >= MOST_QUEUED) {
        throw new Problem("too_many_requests", `${MOST_QUEUED} jobs wait to be begun already`);
      }
      try {
        const row = { jobId, kind: kind.kind, projection, params, requestedBy, takenBy: "workers" as const };
        return accepted(reply, await createJob(pool, row, clock));
      } catch (cause) {
        if (!(cause instanceof JobKeyReusedError)) throw cause;
        throw new Problem("idempotency_key_reused", "the key has created another job", { jobId }, { cause });
      }
    },
  );

  api.get(
    "/api/replay/jobs",
    {
      config: { action: "replay.read" },
      schema: {
        tags,
        summary: "Jobs, the newest first",
        querystring: z.object({
          projection: projectionName.optional(),
          kind: z.string().max(40).optional(),
          limit: z.coerce.number().int().min(1).max(200).default(50),
        }),
        response: { 200: z.object({ jobs: z.array(job) }), ...response },
      },
    },
    async (request) => ({ jobs: await listJobs(pool, request.query) }),
  );

  api.get(
    "/api/replay/jobs/:jobId",
    {
      config: { action: "replay.read" },
      schema: { tags, summary: "A job", params: jobParams, response: { 200: job, ...response } },
    },
    async (request, reply) => {
      void reply.header("cache-control", "no-store");
      return await jobOr404(request.params.jobId);
    },
  );

  api.get(
    "/api/replay/jobs/:jobId/diff",
    {
      config: { action: "replay.read" },
      schema: { tags, summary: "What differs, with samples", params: jobParams, response: { 200: diff, ...response } },
    },
    async (request) => {
      const { jobId, state } = await jobOr404(request.params.jobId);
      const found = await findDiff(pool, jobId);
      if (found === undefined) throw new Problem("job_state", "the job has not compared anything", { state });
      return found;
    },
  );

  api.post(
    "/api/replay/jobs/:jobId/swap",
    {
      config: { action: "replay.run" },
      schema: {
        tags,
        summary: "Let a finished rebuild catch up and go live",
        params: jobParams,
        body: z
          .object({ acceptDiff: z.boolean().default(false).describe("needed where more differs than was allowed") })
          .nullish(),
        response: { 202: job, ...response },
      },
    },
    async (request, reply) => {
      authorise(request, "replay.run", {});
      const { jobId, kind, state, message } = await jobOr404(request.params.jobId);
      const { acceptDiff = false } = request.body ?? {};
      if (kind !== "rebuild") throw new Problem("job_state", `a job of kind ${kind} has nothing to swap`, { state });
      if (state === "needs_decision" && !acceptDiff) {
        throw new Problem("diff_not_accepted", message ?? "more differs than was allowed", { state });
      }
      const from = acceptDiff ? (["ready", "needs_decision"] as const) : (["ready"] as const);
      const params: JobParams = acceptDiff ? { acceptDiff } : {};
      const swapping = await wantSwap(pool, jobId, { from, params, takenBy: "workers" }, clock);
      if (swapping) return accepted(reply, swapping);
      const now = await jobOr404(jobId);
      // A repeat: it is under way, or done.
      if (now.state === "swapping" || now.state === "done") return accepted(reply, now);
      throw new Problem("job_state", `a job that is ${now.state} cannot be swapped in`, { state: now.state });
    },
  );

  api.post(
    "/api/replay/jobs/:jobId/cancel",
    {
      config: { action: "replay.run" },
      schema: {
        tags,
        summary: "Stop a job and drop what it has built",
        params: jobParams,
        response: { 202: job, ...response },
      },
    },
    async (request, reply) => {
      authorise(request, "replay.run", {});
      const { jobId } = await jobOr404(request.params.jobId);
      const wanted = await wantCancel(pool, jobId, clock);
      const now = await jobOr404(jobId);
      if (wanted || now.state === "cancelled") return accepted(reply, now);
      throw new Problem("job_state", `a job that is ${now.state} cannot be cancelled`, { state: now.state });
    },
  );

  async function jobOr404(jobId: string): Promise<Job> {
    const found = await findJob(pool, jobId);
    if (found === undefined) throw new Problem("job_not_found", `there is no job ${jobId}`);
    return found;
  }
}

/** The problem of a projection that the code does not have. */
const projectionUnknown = (name: string) => new Problem("projection_unknown", `there is no projection ${name}`);

const accepted = (reply: FastifyReply, one: Job): Job => {
  void reply.code(202).header("location", `/api/replay/jobs/${one.jobId}`);
  return one;
};

/** What the kind makes of the request; whatever it objects to is the caller's to mend. */
function parsed(kind: JobKind, params: unknown): JobParams {
  try {
    return kind.parse(params);
  } catch (cause) {
    const said = cause instanceof z.ZodError ? cause.issues.map(issueText).join("; ") : (cause as Error).message;
    throw new Problem("invalid_request", said, {}, { cause });
  }
}

const issueText = ({ path, message }: z.core.$ZodIssue): string => `/${path.join("/")}: ${message}`;
