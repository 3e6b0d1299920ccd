import { randomUUID } from "node:crypto";
import type { Pool, PoolClient } from "pg";
import type { KeptEventRow } from "../consumers/held-back.ts";
import type { Failure } from "./failure.ts";

export type JobAction = "preview" | "redrive" | "discard";

/** A letter that its consumer's owner is to redrive, discard or try now. */
export interface Errand {
  readonly jobId: string;
  readonly letterId: string;
  readonly action: JobAction;
  /** How often a process of before has ended in the middle of it. */
  readonly kills: number;
}

/** How an errand ended, for people. */
export interface ErrandResult {
  /** What became of the letter, or, of a preview, what would. */
  readonly outcome: "redriven" | "discarded" | "fails" | "not_owed";
  /** Why it fails. */
  readonly failure?: { readonly error: string; readonly message: string };
  /** Later events of the stream that were (would be) handled with it. */
  readonly followed?: number;
  /** The later event of the stream that cannot be handled either; the stream stays parked from there on. */
  readonly parkedNext?: {
    readonly eventId: string;
    readonly type: string;
    readonly error: string;
    readonly message: string;
  };
  /** Of a preview: rows that would change, by table. */
  readonly rows?: Readonly<Record<string, number>>;
  /** Of an effect: what it would do. */
  readonly asks?: string;
}

/** A letter as its consumer's owner works with it. */
export interface LetterRow extends KeptEventRow {
  readonly id: string;
  readonly kind: "event" | "effect";
  readonly consumer: string;
  readonly order_id: string | null;
  readonly effect_id: string | null;
  readonly subject: string;
  readonly state: string;
  readonly round: number;
}

/** This process, in the notes of errands: what another life has begun and not ended was a kill. */
const LIFE = randomUUID();
const AT_ONCE = 20;

const RELEASED = `
  SELECT item.job_id AS "jobId", item.letter_id AS "letterId", job.action,
    CASE WHEN item.result->>'life' <> $2 THEN (item.result->>'tries')::int ELSE 0 END AS kills
  FROM runner.redrive_items AS item
  JOIN runner.dead_letters AS letter ON letter.id = item.letter_id AND letter.consumer = $1
  JOIN runner.redrive_jobs AS job ON job.id = item.job_id
  WHERE item.state = 'released' ORDER BY job.created_at, letter.first_failed_at LIMIT ${AT_ONCE}`;

/** Letters of a consumer that are to be seen to now, a few at a time. */
export async function errandsOf(pool: Pool, consumer: string): Promise<Errand[]> {
  const { rows } = await pool.query<Errand & { kills: number | null }>(RELEASED, [consumer, LIFE]);
  return rows.map((row) => ({ ...row, kills: row.kills ?? 0 }));
}

/** Written before anything is tried: an event may end the process. */
export async function noteTry(pool: Pool, { jobId, letterId, kills }: Errand): Promise<void> {
  await pool.query(
    "UPDATE runner.redrive_items SET result = $3 WHERE job_id = $1 AND letter_id = $2 AND state = 'released'",
    [jobId, letterId, JSON.stringify({ life: LIFE, tries: kills + 1 })],
  );
}

/** Ends an item; false when it was ended or aborted meanwhile. */
export async function endItem(
  db: Pool | PoolClient,
  { jobId, letterId }: Pick<Errand, "jobId" | "letterId">,
  state: "done" | "failed" | "gone",
  result: ErrandResult | undefined,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `UPDATE runner.redrive_items SET state = $3, result = $4
     WHERE job_id = $1 AND letter_id = $2 AND state = 'released'`,
    [jobId, letterId, state, result === undefined ? null : JSON.stringify(result)],
  );
  return rowCount === 1;
}

/** Locks a letter that still waits for a decision; undefined when it does not any more. */
export async function lockLetter(tx: PoolClient, letterId: string): Promise<LetterRow | undefined> {
  const { rows } = await tx.query<LetterRow>(
    `SELECT id, kind, consumer, stream, order_id, event_id, effect_id, subject, revision, commit, prepare, type, payload,
       state, round
     FROM runner.dead_letters WHERE id = $1 FOR UPDATE`,
    [letterId],
  );
  const [letter] = rows;
  return letter?.state === "parked" ? letter : undefined;
}

const RESOLVE = `
  WITH job AS (SELECT * FROM runner.redrive_jobs WHERE id = $2), letter AS (
    UPDATE runner.dead_letters SET state = $3, resolved_at = $4, resolved_by = job.by_type || ':' || job.by_id,
      resolved_rule = coalesce($5, job.rule), resolved_reason = job.reason
    FROM job WHERE dead_letters.id = $1
    RETURNING dead_letters.id, round, order_id, type
  )
  INSERT INTO runner.tellings (letter_id, fact, round, at, by_type, by_id, rule, reason)
  SELECT letter.id, $3, letter.round, $4, job.by_type, job.by_id, coalesce($5, job.rule), job.reason FROM letter, job
  WHERE letter.order_id IS NOT NULL AND NOT starts_with(letter.type, 'processing.')
  ON CONFLICT DO NOTHING`;

/** The letter is settled: by whom and why says its job. It is to be told. */
export async function resolveLetter(
  tx: PoolClient,
  { jobId, letterId }: Pick<Errand, "jobId" | "letterId">,
  state: "redriven" | "discarded",
  now: number,
  rule?: string,
): Promise<void> {
  await tx.query(RESOLVE, [letterId, jobId, state, new Date(now), rule ?? null]);
}

/** A redriven event failed once more: it stays where it is, and the letter says so. */
export async function failedAgain(
  tx: PoolClient,
  letterId: string,
  { error, message, stack }: Failure,
  version: string,
  now: number,
): Promise<void> {
  await tx.query(
    `UPDATE runner.dead_letters SET attempts = attempts + 1, error = $2, message = $3, stack = $4, version = $5,
       last_failed_at = $6 WHERE id = $1`,
    [letterId, error, message, stack, version, new Date(now)],
  );
}
