import type { Pool, PoolClient } from "pg";
import type { Actor } from "../../domain/chain/envelope.ts";
import type { Sealed } from "../../domain/chain/sealing.ts";
import type { ErrandResult, JobAction } from "./errands.ts";
import { type LetterFilter, whereOf } from "./filter.ts";

/** A redrive, a discard or a look at what they would do, of one letter or of many. */
export interface NewJob {
  /** Asking again with the same id changes nothing. */
  readonly id: string;
  readonly action: JobAction;
  readonly by: Pick<Actor, "type" | "id">;
  /** What the person typed, sealed under the installation's key until it is told to the order (see reason.ts). */
  readonly reason?: Sealed | undefined;
  /** The auto-fix rule that asks. */
  readonly rule?: string | undefined;
  /** Only letters that still wait for a decision. */
  readonly filter: LetterFilter;
  /** Letters a second, at most. */
  readonly perSecond: number;
  /** Epoch milliseconds, business time. */
  readonly now: number;
}

export type JobState = "running" | "aborted" | "done";

/** How far a job is. */
export interface JobProgress {
  readonly id: string;
  readonly action: JobAction;
  readonly by: string;
  readonly rule: string | undefined;
  readonly filter: LetterFilter;
  readonly perSecond: number;
  readonly state: JobState;
  readonly createdAt: string;
  readonly endedAt: string | undefined;
  readonly total: number;
  /** Not let go yet. */
  readonly waiting: number;
  /** Let go, and not seen to by the owner of their consumer yet. */
  readonly released: number;
  readonly done: number;
  readonly failed: number;
  /** Settled by somebody else meanwhile, or with a generation that is not read any more. */
  readonly gone: number;
  readonly aborted: number;
}

/** Letters that one job can be about. */
export const MOST_LETTERS = 100_000;

const CREATE_JOB = `
  INSERT INTO runner.redrive_jobs (id, action, by_type, by_id, rule, reason, filter, per_second, total, created_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9) ON CONFLICT DO NOTHING`;

/**
 * Writes a job down with the letters that it is about: those that match now and that no other job is at. Few of them go
 * at once, the others at the job's rate. Answers with how many there are; with what there was when it was asked before.
 */
export async function createJob(tx: PoolClient, job: NewJob): Promise<number> {
  const { rowCount } = await tx.query(CREATE_JOB, [
    job.id,
    job.action,
    job.by.type,
    job.by.id,
    job.rule ?? null,
    job.reason === undefined ? null : JSON.stringify(job.reason),
    JSON.stringify(job.filter),
    job.perSecond,
    new Date(job.now),
  ]);
  if (rowCount === 1) {
    const { text, values } = whereOf({ ...job.filter, state: "parked" }, 2);
    await tx.query(
      `INSERT INTO runner.redrive_items (job_id, letter_id)
       SELECT $1, letter.id FROM runner.dead_letters AS letter WHERE ${text} AND NOT EXISTS (
         SELECT FROM runner.redrive_items AS item JOIN runner.redrive_jobs AS other ON other.id = item.job_id
         WHERE item.letter_id = letter.id AND item.state IN ('waiting', 'released') AND other.action <> 'preview')
       ORDER BY letter.first_failed_at LIMIT ${MOST_LETTERS}`,
      [job.id, ...values],
    );
    await tx.query(
      `UPDATE runner.redrive_jobs SET total = (SELECT count(*) FROM runner.redrive_items WHERE job_id = $1) WHERE id = $1`,
      [job.id],
    );
  }
  const { rows } = await tx.query<{ total: number }>("SELECT total FROM runner.redrive_jobs WHERE id = $1", [job.id]);
  return rows[0]?.total ?? 0;
}

/** Ends a job: what was not let go yet stays as it is. False when there is no such job that runs. */
export async function abortJob(tx: PoolClient, id: string, now: number): Promise<boolean> {
  const { rowCount } = await tx.query(
    `UPDATE runner.redrive_jobs SET state = 'aborted', ended_at = $2, reason = NULL WHERE id = $1 AND state = 'running'`,
    [id, new Date(now)],
  );
  if (rowCount !== 1) return false;
  await tx.query(
    "UPDATE runner.redrive_items SET state = 'aborted' WHERE job_id = $1 AND state IN ('waiting', 'released')",
    [id],
  );
  return true;
}

interface JobRow {
  readonly id: string;
  readonly action: JobAction;
  readonly by_type: string;
  readonly by_id: string;
  readonly rule: string | null;
  readonly filter: LetterFilter;
  readonly per_second: number;
  readonly state: JobState;
  readonly created_at: Date;
  readonly ended_at: Date | null;
  readonly total: number;
  readonly waiting: number;
  readonly released: number;
  readonly done: number;
  readonly failed: number;
  readonly gone: number;
  readonly aborted: number;
}

const PROGRESS = `
  SELECT job.id, job.action, job.by_type, job.by_id, job.rule, job.filter, job.per_second, job.state, job.created_at,
    job.ended_at, job.total, counted.*
  FROM runner.redrive_jobs AS job CROSS JOIN LATERAL (
    SELECT ${["waiting", "released", "done", "failed", "gone", "aborted"]
      .map((state) => `count(*) FILTER (WHERE item.state = '${state}')::int AS ${state}`)
      .join(", ")}
    FROM runner.redrive_items AS item WHERE item.job_id = job.id) AS counted`;

const progressOf = ({ by_type, by_id, per_second, created_at, ended_at, rule, ...row }: JobRow): JobProgress => ({
  ...row,
  by: `${by_type}:${by_id}`,
  rule: rule ?? undefined,
  perSecond: per_second,
  createdAt: created_at.toISOString(),
  endedAt: ended_at?.toISOString(),
});

/** How far a job is; undefined when there is none of that id. */
export async function findJob(db: Pool | PoolClient, id: string): Promise<JobProgress | undefined> {
  const { rows } = await db.query<JobRow>(`${PROGRESS} WHERE job.id = $1`, [id]);
  return rows[0] && progressOf(rows[0]);
}

/** The newest jobs, looks left out. */
export async function newestJobs(db: Pool, most: number): Promise<JobProgress[]> {
  const { rows } = await db.query<JobRow>(
    `${PROGRESS} WHERE job.action <> 'preview' ORDER BY job.created_at DESC LIMIT $1`,
    [most],
  );
  return rows.map(progressOf);
}

/** What became of a job's letters, those that failed first. */
export async function jobResults(
  db: Pool,
  id: string,
  most: number,
): Promise<{ readonly letterId: string; readonly state: string; readonly result: ErrandResult | undefined }[]> {
  const { rows } = await db.query<{ letter_id: string; state: string; result: ErrandResult | null }>(
    `SELECT letter_id, state, result FROM runner.redrive_items WHERE job_id = $1
     ORDER BY state <> 'failed', letter_id LIMIT $2`,
    [id, most],
  );
  return rows.map(({ letter_id, state, result }) => ({
    letterId: letter_id,
    state,
    // A released item holds the note of a try; only ended ones hold a result.
    result: state === "done" || state === "failed" ? (result ?? undefined) : undefined,
  }));
}
