import type { Pool, PoolClient } from "pg";
import { v5 as uuidv5 } from "uuid";
import type { Clock } from "../../../infra/clock.ts";
import type { GenerationDiff } from "../diff.ts";
import type { DiffSummary, Job, JobChange, JobParams, JobProgress, JobState } from "./job.ts";

/** Who is to run a job: the workers, or the command that made it. */
export type TakenBy = "workers" | "command";

export interface NewJob {
  readonly jobId: string;
  readonly kind: string;
  readonly projection: string;
  /** As the kind's `parse` has answered it. */
  readonly params: JobParams;
  readonly requestedBy: string;
  readonly takenBy: TakenBy;
}

const NS_JOB = "6f1f5b0e-6a52-5d0c-9d53-0f6c2f3f7a05";

/** Id of the job that this caller's key creates. */
export const jobIdFor = (requestedBy: string, key: string): string => uuidv5(`${requestedBy}\n${key}`, NS_JOB);

/** The key was used before for another request. */
export class JobKeyReusedError extends Error {
  readonly code = "idempotency_key_reused";
}

const SHOWN =
  "job_id, kind, projection, params, state, requested_by, created_at, updated_at, generation, schema, progress, diff, message";

interface JobRow {
  readonly job_id: string;
  readonly kind: string;
  readonly projection: string;
  readonly params: JobParams;
  readonly state: JobState;
  readonly requested_by: string;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly generation: number | null;
  readonly schema: string | null;
  readonly progress: JobProgress | null;
  readonly diff: DiffSummary | null;
  readonly message: string | null;
}

const jobOf = (row: JobRow): Job => ({
  jobId: row.job_id,
  kind: row.kind,
  projection: row.projection,
  params: row.params,
  state: row.state,
  requestedBy: row.requested_by,
  createdAt: row.created_at.toISOString(),
  updatedAt: row.updated_at.toISOString(),
  generation: row.generation ?? undefined,
  schema: row.schema ?? undefined,
  progress: row.progress ?? undefined,
  diff: row.diff ?? undefined,
  message: row.message ?? undefined,
});

/** Creates a job, or answers with the one that the same key has created. Rejects with JobKeyReusedError. */
export async function createJob(pool: Pool, job: NewJob, clock: Clock): Promise<Job> {
  const inserted = await pool.query<JobRow>(
    `INSERT INTO replay.jobs (job_id, kind, projection, params, state, requested_by, created_at, updated_at, taken_by)
     VALUES ($1, $2, $3, $4, 'queued', $5, $6, $6, $7) ON CONFLICT (job_id) DO NOTHING RETURNING ${SHOWN}`,
    [
      job.jobId,
      job.kind,
      job.projection,
      JSON.stringify(job.params),
      job.requestedBy,
      new Date(clock.now()),
      job.takenBy,
    ],
  );
  const created = inserted.rows[0];
  if (created) return jobOf(created);
  const { rows } = await pool.query<JobRow & { same: boolean }>(
    `SELECT ${SHOWN}, kind = $2 AND projection = $3 AND params = $4::jsonb AS same FROM replay.jobs WHERE job_id = $1`,
    [job.jobId, job.kind, job.projection, JSON.stringify(job.params)],
  );
  const existing = rows[0];
  if (!existing?.same) throw new JobKeyReusedError("the key has created another job");
  return jobOf(existing);
}

export async function findJob(db: Pool | PoolClient, jobId: string): Promise<Job | undefined> {
  const { rows } = await db.query<JobRow>(`SELECT ${SHOWN} FROM replay.jobs WHERE job_id = $1`, [jobId]);
  return rows[0] && jobOf(rows[0]);
}

/** The rows that differ, of a job that has compared; undefined for one that has not (yet). */
export async function findDiff(pool: Pool, jobId: string): Promise<GenerationDiff | undefined> {
  const { rows } = await pool.query<{ diff_details: GenerationDiff | null }>(
    "SELECT diff_details FROM replay.jobs WHERE job_id = $1",
    [jobId],
  );
  return rows[0]?.diff_details ?? undefined;
}

/** How many jobs nobody has begun. */
export async function countQueued(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ queued: number }>(
    "SELECT count(*)::int AS queued FROM replay.jobs WHERE state = 'queued'",
  );
  return rows[0]?.queued ?? 0;
}

/** The newest jobs first. */
export async function listJobs(
  pool: Pool,
  filter: { readonly projection?: string | undefined; readonly kind?: string | undefined; readonly limit: number },
): Promise<Job[]> {
  const { rows } = await pool.query<JobRow>(
    `SELECT ${SHOWN} FROM replay.jobs WHERE ($1::text IS NULL OR projection = $1) AND ($2::text IS NULL OR kind = $2)
     ORDER BY created_at DESC, job_id LIMIT $3`,
    [filter.projection ?? null, filter.kind ?? null, filter.limit],
  );
  return rows.map(jobOf);
}

/**
 * Asks that a job is stopped and what it built is dropped; false when it has ended already. One that nobody has begun is
 * cancelled at once.
 */
export async function wantCancel(pool: Pool, jobId: string, clock: Clock): Promise<boolean> {
  const { rowCount } = await pool.query(
    `UPDATE replay.jobs SET cancel_wanted = true, updated_at = $2,
       message = CASE WHEN state = 'queued' AND run = 0 THEN 'cancelled' ELSE message END,
       state = CASE WHEN state = 'queued' AND run = 0 THEN 'cancelled' ELSE state END
     WHERE job_id = $1 AND state NOT IN ('done', 'failed', 'cancelled')`,
    [jobId, new Date(clock.now())],
  );
  return rowCount === 1;
}

/**
 * Lets a job that waits go on with `swapping`, run by the workers or by this command; undefined when it does not wait
 * (any more). `params` are added to what was asked for.
 */
export async function wantSwap(
  pool: Pool,
  jobId: string,
  { from, params, takenBy }: { from: readonly JobState[]; params: JobParams; takenBy: TakenBy },
  clock: Clock,
): Promise<Job | undefined> {
  const { rows } = await pool.query<JobRow>(
    `UPDATE replay.jobs SET state = 'swapping', params = params || $3, taken_by = $4, updated_at = $5, tries = 0,
       message = NULL
     WHERE job_id = $1 AND state = ANY($2) AND NOT cancel_wanted RETURNING ${SHOWN}`,
    [jobId, from, JSON.stringify(params), takenBy, new Date(clock.now())],
  );
  return rows[0] && jobOf(rows[0]);
}

/** Puts a job that failed back into the queue; it goes on where it stood. */
export async function requeue(pool: Pool, jobId: string, clock: Clock): Promise<void> {
  await pool.query(
    `UPDATE replay.jobs SET state = 'queued', tries = 0, message = NULL, updated_at = $2
     WHERE job_id = $1 AND state = 'failed'`,
    [jobId, new Date(clock.now())],
  );
}

/** Changes a row, if `run` still has it; undefined when another has. Within `db`, which may be a transaction. */
export async function changeJob(
  db: Pool | PoolClient,
  { jobId, run }: { readonly jobId: string; readonly run: number },
  change: JobChange,
  clock: Clock,
): Promise<Job | undefined> {
  const { rows } = await db.query<JobRow>(
    `UPDATE replay.jobs SET updated_at = $3, state = coalesce($4, state), generation = coalesce($5, generation),
       schema = coalesce($6, schema), progress = coalesce($7, progress), diff = coalesce($8, diff),
       diff_details = coalesce($9, diff_details), message = coalesce($10, message),
       tries = CASE WHEN ($7::jsonb ->> 'position')::numeric > coalesce((progress ->> 'position')::numeric, 0)
         THEN 1 ELSE tries END
     WHERE job_id = $1 AND run = $2 RETURNING ${SHOWN}`,
    [
      jobId,
      run,
      new Date(clock.now()),
      change.state ?? null,
      change.generation ?? null,
      change.schema ?? null,
      jsonOf(change.progress),
      jsonOf(change.diff),
      jsonOf(change.diffDetails),
      change.message ?? null,
    ],
  );
  return rows[0] && jobOf(rows[0]);
}

/** The schema that a job has filled is no more. */
export async function forgetSchema(pool: Pool, jobId: string, clock: Clock): Promise<Job | undefined> {
  const { rows } = await pool.query<JobRow>(
    `UPDATE replay.jobs SET schema = NULL, updated_at = $2 WHERE job_id = $1 RETURNING ${SHOWN}`,
    [jobId, new Date(clock.now())],
  );
  return rows[0] && jobOf(rows[0]);
}

const jsonOf = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value));

/** The newest job of a kind for each projection; `having` is a condition on the row, written in the code. */
export async function newestOfEach(pool: Pool, kind: string, having = "true"): Promise<Map<string, Job>> {
  const { rows } = await pool.query<JobRow>(
    `SELECT DISTINCT ON (projection) ${SHOWN} FROM replay.jobs WHERE kind = $1 AND ${having}
     ORDER BY projection, created_at DESC`,
    [kind],
  );
  return new Map(rows.map((row) => [row.projection, jobOf(row)]));
}
