import type { Pool } from "pg";
import type { TakenBy } from "./job-table.ts";

/** Deaths in a row, without any progress between them, after which a job is given up. */
export const MOST_TRIES = 5;

/** A job that this process has in work. */
export interface TakenJob {
  readonly jobId: string;
  /** Grows with every taking. */
  readonly run: number;
  readonly owner: string;
  readonly tries: number;
  readonly cancelWanted: boolean;
}

/** A job is free when nobody has it, or when whoever had it has been silent for too long (longer after each death). */
const FREE = `
  (lease_until IS NULL OR lease_until < clock_timestamp() - make_interval(secs => CASE WHEN tries < 2 THEN 0 ELSE 2 ^ tries END))
  AND (state IN ('queued', 'building', 'comparing', 'swapping')
    OR (cancel_wanted AND state NOT IN ('done', 'failed', 'cancelled')))`;

/**
 * The job that is to be taken next: one for the workers, or any that is to be cancelled. The oldest, but first what the
 * system asked for: until that is done a read model cannot be read.
 */
export async function findFreeJob(pool: Pool): Promise<string | undefined> {
  const { rows } = await pool.query<{ job_id: string }>(
    `SELECT job_id FROM replay.jobs WHERE (taken_by = 'workers' OR cancel_wanted) AND ${FREE}
     ORDER BY requested_by <> 'system', created_at, job_id LIMIT 1`,
  );
  return rows[0]?.job_id;
}

/** Takes a job into work, for the workers or for a command; undefined when another process has it or it has ended. */
export async function takeJob(
  pool: Pool,
  request: { readonly jobId: string; readonly owner: string; readonly leaseMs: number; readonly takenBy?: TakenBy },
): Promise<TakenJob | undefined> {
  const { rows } = await pool.query<{ run: number; tries: number; cancel_wanted: boolean }>(
    `UPDATE replay.jobs SET owner = $2, run = run + 1, tries = tries + 1, taken_by = coalesce($4, taken_by),
       lease_until = clock_timestamp() + make_interval(secs => $3)
     WHERE job_id = $1 AND ${FREE} RETURNING run, tries, cancel_wanted`,
    [request.jobId, request.owner, request.leaseMs / 1000, request.takenBy ?? null],
  );
  const row = rows[0];
  if (row === undefined) return undefined;
  const { jobId, owner } = request;
  return { jobId, owner, run: row.run, tries: row.tries, cancelWanted: row.cancel_wanted };
}

/** Says that this process is still at work; undefined when another has the job. */
export async function renewJob(
  pool: Pool,
  { jobId, run }: TakenJob,
  leaseMs: number,
): Promise<{ readonly cancelWanted: boolean } | undefined> {
  const { rows } = await pool.query<{ cancel_wanted: boolean }>(
    `UPDATE replay.jobs SET lease_until = clock_timestamp() + make_interval(secs => $3)
     WHERE job_id = $1 AND run = $2 RETURNING cancel_wanted`,
    [jobId, run, leaseMs / 1000],
  );
  return rows[0] && { cancelWanted: rows[0].cancel_wanted };
}

/**
 * Gives a job back. `retry`: it failed on something that passes, so the tries count on and the next one waits a little;
 * otherwise the next taking is a first one.
 */
export async function giveBack(pool: Pool, { jobId, run }: TakenJob, how: { readonly retry: boolean }): Promise<void> {
  await pool.query(
    `UPDATE replay.jobs SET owner = NULL, lease_until = CASE WHEN $3 THEN clock_timestamp() END,
       tries = CASE WHEN $3 THEN tries ELSE 0 END
     WHERE job_id = $1 AND run = $2`,
    [jobId, run, how.retry],
  );
}

/** Whether the process of that name has the job in work, and nobody wants it to stop. */
export async function isAtWork(pool: Pool, job: { readonly jobId: string; readonly owner: string }): Promise<boolean> {
  const { rows } = await pool.query(
    "SELECT FROM replay.jobs WHERE job_id = $1 AND owner = $2 AND lease_until > clock_timestamp() AND NOT cancel_wanted",
    [job.jobId, job.owner],
  );
  return rows.length > 0;
}

/** The process of that name has died: what it had in work may be taken at once. */
export async function freeJobsOf(pool: Pool, owner: string): Promise<void> {
  await pool.query(
    "UPDATE replay.jobs SET lease_until = clock_timestamp() WHERE owner = $1 AND lease_until IS NOT NULL",
    [owner],
  );
}
