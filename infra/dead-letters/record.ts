import type { Pool, PoolClient } from "pg";
import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import { type FailureType, orderStream } from "../../domain/order/events.ts";
import { type Failure, storableFailure } from "./failure.ts";

/** An event that a consumer could not handle. */
export interface DeadEvent extends Failure {
  readonly consumer: string;
  readonly event: RecordedEvent;
  /** How often it was tried, this time. */
  readonly attempts: number;
  /** Version of the program that failed. */
  readonly version: string;
}

/** An effect that has failed for good. */
export interface DeadEffect {
  /** Name of the process manager: its consumer. */
  readonly consumer: string;
  readonly orderId: string;
  readonly effectId: string;
  /** The event that the effect follows from, where that is known; `position` is its commit position, in decimal. */
  readonly event?: { readonly id: string; readonly type: string; readonly position: string } | undefined;
  /** What was asked for, with ids and sealed values only. */
  readonly payload: unknown;
  readonly failureType: FailureType;
  readonly failureClass: Failure["failureClass"];
  readonly message: string;
  readonly stack: string;
  /** Class of the error; default: the failure's type. */
  readonly error?: string | undefined;
  readonly attempts: number;
  /** Epoch milliseconds, business time, like `now`. */
  readonly firstFailedAt: number;
  readonly now: number;
  /** Version of the program that failed. */
  readonly version?: string | undefined;
}

/**
 * A letter that comes again (redriven, and failed once more for good) is the same letter in its next round. What is
 * written down to be told lies in the same statement, so that neither is there without the other.
 */
const RECORD = `
  WITH letter AS (
    INSERT INTO runner.dead_letters (consumer, stream, kind, event_id, effect_id, revision, commit, prepare, type, payload,
      failure_type, failure_class, error, message, stack, attempts, first_failed_at, last_failed_at, version)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
    ON CONFLICT (consumer, stream, subject) DO UPDATE SET
      round = runner.dead_letters.round + CASE WHEN runner.dead_letters.state = 'parked' THEN 0 ELSE 1 END,
      state = 'parked', attempts = runner.dead_letters.attempts + excluded.attempts,
      failure_type = excluded.failure_type, failure_class = excluded.failure_class, error = excluded.error,
      message = excluded.message, stack = excluded.stack, last_failed_at = excluded.last_failed_at,
      version = excluded.version, noted_at = clock_timestamp(), resolved_at = NULL, resolved_by = NULL, resolved_rule = NULL, resolved_reason = NULL,
      resolved_event = NULL
    RETURNING id, consumer, round, last_failed_at, order_id, type
  ), told AS (
    INSERT INTO runner.tellings (letter_id, fact, round, at)
    SELECT id, 'parked', round, last_failed_at FROM letter
    WHERE order_id IS NOT NULL AND NOT starts_with(type, 'processing.') AND NOT starts_with(consumer, 'scratch_')
    ON CONFLICT DO NOTHING
  )
  SELECT id FROM letter`;

/** Writes down an event that could not be handled, and that it is to be told. Answers with the letter's id. */
export async function deadLetterEvent(db: Pool | PoolClient, dead: DeadEvent, now: number): Promise<string> {
  const { event } = dead;
  const { failureType, failureClass, error, message, stack } = storableFailure(dead);
  const at = new Date(now);
  return await record(db, [
    dead.consumer,
    event.stream,
    "event",
    event.id,
    null,
    event.revision.toString(),
    event.position.commit.toString(),
    event.position.prepare.toString(),
    event.type,
    payloadOf(event),
    failureType,
    failureClass,
    error,
    message,
    stack,
    dead.attempts,
    at,
    at,
    dead.version,
  ]);
}

/**
 * Writes down an effect that failed for good: nothing more is done for its order in this process until somebody has
 * redriven or discarded it (`stoppedStreams`). Repeating it changes nothing but the attempts. Answers with the letter's
 * id.
 */
export async function deadLetterEffect(db: Pool | PoolClient, dead: DeadEffect): Promise<string> {
  const { event } = dead;
  const { failureType, failureClass, error, message, stack } = storableFailure({
    ...dead,
    error: dead.error ?? dead.failureType,
  });
  return await record(db, [
    dead.consumer,
    orderStream(dead.orderId),
    "effect",
    event?.id ?? null,
    dead.effectId,
    null,
    event?.position ?? null,
    null,
    event?.type ?? dead.effectId,
    JSON.stringify(dead.payload ?? null),
    failureType,
    failureClass,
    error,
    message,
    stack,
    dead.attempts,
    new Date(dead.firstFailedAt),
    new Date(dead.now),
    dead.version ?? "",
  ]);
}

/**
 * The streams of which a consumer does nothing until somebody decides: an event of theirs could not be handled, or an
 * effect of theirs failed for good.
 */
export async function stoppedStreams(db: Pool | PoolClient, consumer: string): Promise<Set<string>> {
  const { rows } = await db.query<{ stream: string }>(
    "SELECT DISTINCT stream FROM runner.dead_letters WHERE consumer = $1 AND state = 'parked'",
    [consumer],
  );
  return new Set(rows.map((row) => row.stream));
}

/** An event as its letter keeps it. */
export const payloadOf = (event: RecordedEvent): string =>
  JSON.stringify({ data: event.data, metadata: event.metadata });

async function record(db: Pool | PoolClient, values: readonly unknown[]): Promise<string> {
  const { rows } = await db.query<{ id: string }>(RECORD, [...values]);
  const id = rows[0]?.id;
  if (id === undefined) throw new Error("a dead letter was not written down");
  return id;
}
