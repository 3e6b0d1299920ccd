import type { Pool } from "pg";
import type { Clock } from "../../../infra/clock.ts";
import type { DatedEventStore } from "../../../infra/event-store/port.ts";
import type { Log } from "../../../infra/log.ts";
import type { Projection } from "../../runner/projection.ts";
import type { GenerationDiff } from "../diff.ts";

export const JOB_STATES = [
  "queued",
  "building",
  "comparing",
  /** Built and compared; waits for somebody who lets it go on. */
  "ready",
  /** As `ready`, but more differs than was allowed. */
  "needs_decision",
  "swapping",
  "done",
  "failed",
  "cancelled",
] as const;
export type JobState = (typeof JOB_STATES)[number];

/** States that a job does not leave again. */
export const FINAL_STATES: readonly JobState[] = ["done", "failed", "cancelled"];

/** What a job was asked for, as JSON; its kind knows the shape. */
export type JobParams = Readonly<Record<string, unknown>>;

/** How far a job is. Positions are commit positions, decimal. */
export interface JobProgress {
  /** Events read so far, and those of them that the projection handles. */
  readonly events: number;
  readonly handled: number;
  readonly perSecond: number;
  readonly position: string;
  readonly until: string;
  /** Estimated from the share of the log's positions that is left. */
  readonly remainingEvents?: number | undefined;
  readonly remainingSeconds?: number | undefined;
  readonly parked: number;
}

/** What a comparison came to; the rows themselves are in `GenerationDiff`. */
export interface DiffSummary {
  readonly position: string;
  readonly equal: boolean;
  /** Rows that differ, as a share of all rows: 0 to 1. */
  readonly share: number;
  /** Above this share somebody has to decide. */
  readonly stopShare: number;
  readonly onlyLive: number;
  readonly onlyRebuilt: number;
  readonly changed: number;
}

/** A piece of replay work, as the API and the command line show it. Times are ISO 8601. */
export interface Job {
  readonly jobId: string;
  readonly kind: string;
  readonly projection: string;
  readonly params: JobParams;
  readonly state: JobState;
  /** `role:id` of the principal, or `command` for the command line, `system` for what the workers begin themselves. */
  readonly requestedBy: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly generation?: number | undefined;
  readonly schema?: string | undefined;
  readonly progress?: JobProgress | undefined;
  readonly diff?: DiffSummary | undefined;
  readonly message?: string | undefined;
}

/** What a kind may change in its job's row; a field that is left out stays. */
export interface JobChange {
  readonly state?: JobState;
  readonly generation?: number;
  readonly schema?: string;
  readonly progress?: JobProgress;
  readonly diff?: DiffSummary;
  readonly diffDetails?: GenerationDiff;
  readonly message?: string;
}

/** The process that has the job in work has lost it to another, which goes on with it. */
export class JobLostError extends Error {
  readonly code = "job_lost";
}

/** A job that cannot be done as it was asked for; the message is for whoever asked. It ends as `failed`. */
export class JobFailedError extends Error {
  readonly code = "job_failed";
}

/** What a running job works with. */
export interface JobContext {
  readonly pool: Pool;
  readonly store: DatedEventStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly projections: readonly Projection[];
  /**
   * Name for leases, the same in every life of the job: what a killed life held is taken over without waiting.
   */
  readonly instance: string;
  readonly leaseMs: number;
  /** Aborted when the process is told to stop, the job is cancelled, or another process has it. */
  readonly signal: AbortSignal;
  /** Notes how far it is; written a few times a second at most, and lost progress does no harm. */
  progress(progress: JobProgress): void;
  /** Writes now. Rejects with JobLostError. */
  update(change: JobChange): Promise<Job>;
}

/** How a run of a job ended; `ready` and `needs_decision` leave it waiting for `swapping`. */
export interface JobOutcome extends JobChange {
  readonly state: "ready" | "needs_decision" | "done";
}

/**
 * One kind of replay work. It is run in a process of its own and may be killed at any moment: `run` is then called
 * again, by another process, with the row as the last `update` left it, and goes on from there.
 */
export interface JobKind {
  readonly kind: string;
  /** What was asked for, checked and completed with defaults. Throws ZodError. */
  parse(params: unknown): JobParams;
  /**
   * Does the work. Throws JobFailedError for what nobody can mend by trying again; trouble with the database or the
   * event store is tried again.
   */
  run(job: Job, context: JobContext): Promise<JobOutcome>;
  /**
   * Removes what a cancelled job has built; the job then ends as `cancelled`, unless it was updated to `done` because it
   * was too late. May be called again after it was killed.
   */
  discard(job: Job, context: JobContext): Promise<void>;
}
