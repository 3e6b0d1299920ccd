import { randomUUID } from "node:crypto";
import { systemClock } from "../../infra/clock.ts";
import { PROJECTIONS } from "../../projections/read-models.ts";
import {
  FINAL_STATES,
  type Job,
  type JobKind,
  type JobParams,
  type JobProgress,
} from "../../projections/replay/jobs/job.ts";
import { createJob, findJob, listJobs, wantCancel, wantSwap } from "../../projections/replay/jobs/job-table.ts";
import { rebuildKind } from "../../projections/replay/jobs/rebuild-kind.ts";
import { runJob } from "../../projections/replay/jobs/run-job.ts";
import { progressLine } from "../progress-line.ts";
import { JOB_KINDS } from "../roles/replay-kinds.ts";
import type { ReplayEngines } from "./engines.ts";
import { progressText } from "./text.ts";

/** Another process has the job that this command would have to go on with. */
export class JobElsewhereError extends Error {
  readonly code = "job_elsewhere";
}

const clock = systemClock;

/** A new rebuild that this command runs itself. */
export async function newRebuild({ pool }: ReplayEngines, projection: string, params: unknown): Promise<Job> {
  const job = { jobId: randomUUID(), kind: rebuildKind.kind, projection, requestedBy: "command" };
  return await createJob(pool, { ...job, params: rebuildKind.parse(params), takenBy: "command" }, clock);
}

/** The newest rebuild of a projection, if it has not come to its end. */
export async function unfinishedRebuild({ pool }: ReplayEngines, projection: string): Promise<Job | undefined> {
  const [newest] = await listJobs(pool, { projection, kind: rebuildKind.kind, limit: 1 });
  return newest && !FINAL_STATES.includes(newest.state) ? newest : undefined;
}

/** Stops a job and drops what it has built. */
export async function discard(engines: ReplayEngines, job: Job): Promise<void> {
  await wantCancel(engines.pool, job.jobId, clock);
  const now = await findJob(engines.pool, job.jobId);
  // One that nobody had begun has ended with that.
  if (now && !FINAL_STATES.includes(now.state)) await runHere(engines, now, {});
}

/** Lets a job that waits go on to its swap; undefined when it does not wait any more. */
export async function letSwap({ pool }: ReplayEngines, { jobId }: Job, acceptDiff: boolean): Promise<Job | undefined> {
  const params: JobParams = acceptDiff ? { acceptDiff } : {};
  return await wantSwap(pool, jobId, { from: ["ready", "needs_decision"], params, takenBy: "command" }, clock);
}

export interface RunningHere {
  readonly signal?: AbortSignal;
  /** Without a progress line. */
  readonly quiet?: boolean;
  /** Default: those that the workers run. */
  readonly kinds?: readonly JobKind[];
}

/**
 * Runs a job in this process with a progress line, until it has ended, waits for somebody, or the signal came. Rejects
 * with JobElsewhereError.
 */
export async function runHere(
  engines: ReplayEngines,
  job: Job,
  { signal, quiet = false, kinds = JOB_KINDS }: RunningHere,
): Promise<Job> {
  const { config, pool, store, log } = engines;
  const line = quiet ? undefined : progressLine(process.stderr);
  try {
    const done = await runJob({
      pool,
      store,
      log,
      clock,
      projections: PROJECTIONS,
      kinds,
      jobId: job.jobId,
      owner: config.INSTANCE,
      leaseMs: config.LEASE_MS,
      takenBy: "command",
      ...(signal && { signal }),
      onProgress: (progress: JobProgress) => line?.show(() => progressText(job.projection, progress)),
    });
    if (done) return done;
    throw new JobElsewhereError(
      `job ${job.jobId} of ${job.projection} is in work in another process; "ordertrail replay --list" shows it`,
    );
  } finally {
    line?.end();
  }
}
