import type { Pool } from "pg";
import type { Sealed } from "../../domain/chain/sealing.ts";
import { type LetterFilter, whereOf } from "./filter.ts";

/** A dead letter as it is listed. Times are RFC 3339, business time. */
export interface Letter {
  readonly id: string;
  readonly kind: "event" | "effect";
  /** The consumer; of a read model its name without the generation. */
  readonly consumer: string;
  readonly stream: string;
  readonly orderId: string | undefined;
  readonly eventId: string | undefined;
  readonly effectId: string | undefined;
  /** Type of the event; of an effect without one, its id. */
  readonly type: string;
  readonly failureType: string;
  readonly failureClass: string;
  readonly error: string;
  readonly message: string;
  readonly attempts: number;
  readonly firstFailedAt: string;
  readonly lastFailedAt: string;
  readonly state: "parked" | "redriven" | "discarded";
  /** Later events of the stream that wait behind it. */
  readonly heldBack: number;
  readonly resolved:
    | {
        readonly at: string;
        /** `type:id` of who decided. */
        readonly by: string;
        readonly rule: string | undefined;
        readonly reason: Sealed | undefined;
        /** The event that tells it, once it is told: the reason is sealed for it. */
        readonly eventId: string | undefined;
      }
    | undefined;
}

/** A dead letter with all that is kept. */
export interface WholeLetter extends Letter {
  /** Of an event `{ data, metadata }` as stored; of an effect what was asked for. Personal data is sealed. */
  readonly payload: unknown;
  readonly stack: string;
  /** Version of the program that failed last. */
  readonly version: string;
  /** How often it has been parked. */
  readonly round: number;
  readonly revision: string | undefined;
  /** Commit position of the event. */
  readonly position: string | undefined;
}

interface LetterRow {
  readonly id: string;
  readonly kind: Letter["kind"];
  readonly reader: string;
  readonly stream: string;
  readonly order_id: string | null;
  readonly event_id: string | null;
  readonly effect_id: string | null;
  readonly type: string;
  readonly failure_type: string;
  readonly failure_class: string;
  readonly error: string;
  readonly message: string;
  readonly attempts: number;
  readonly first_failed_at: Date;
  readonly last_failed_at: Date;
  readonly state: Letter["state"];
  readonly held_back: number;
  readonly resolved_at: Date | null;
  readonly resolved_by: string | null;
  readonly resolved_rule: string | null;
  readonly resolved_reason: Sealed | null;
  readonly resolved_event: string | null;
}

interface WholeRow extends LetterRow {
  readonly payload: unknown;
  readonly stack: string;
  readonly version: string;
  readonly round: number;
  readonly revision: string | null;
  readonly commit: string | null;
}

const COLUMNS = `letter.id, kind, reader, letter.stream, order_id, event_id, effect_id, type, failure_type, failure_class, error,
  message, attempts, first_failed_at, last_failed_at, state, resolved_at, resolved_by, resolved_rule, resolved_reason,
  resolved_event, (SELECT count(*)::int FROM runner.parked_events AS held
    WHERE letter.kind = 'event' AND letter.state = 'parked' AND held.consumer = letter.consumer
      AND held.stream = letter.stream) AS held_back`;

const letterOf = (row: LetterRow): Letter => ({
  id: row.id,
  kind: row.kind,
  consumer: row.reader,
  stream: row.stream,
  orderId: row.order_id ?? undefined,
  eventId: row.event_id ?? undefined,
  effectId: row.effect_id ?? undefined,
  type: row.type,
  failureType: row.failure_type,
  failureClass: row.failure_class,
  error: row.error,
  message: row.message,
  attempts: row.attempts,
  firstFailedAt: row.first_failed_at.toISOString(),
  lastFailedAt: row.last_failed_at.toISOString(),
  state: row.state,
  heldBack: row.held_back,
  resolved:
    row.resolved_at === null
      ? undefined
      : {
          at: row.resolved_at.toISOString(),
          by: row.resolved_by ?? "",
          rule: row.resolved_rule ?? undefined,
          reason: row.resolved_reason ?? undefined,
          eventId: row.resolved_event ?? undefined,
        },
});

/** A page of dead letters, those that failed last first; `after` is the last one of the page before. */
export async function listLetters(
  pool: Pool,
  filter: LetterFilter,
  page: { readonly limit: number; readonly after?: { readonly lastFailedAt: string; readonly id: string } | undefined },
): Promise<Letter[]> {
  const { text, values } = whereOf(filter, 2);
  const { after } = page;
  const beyond = after
    ? ` AND (letter.last_failed_at, letter.id) < ($${values.length + 2}::timestamptz, $${values.length + 3}::uuid)`
    : "";
  const { rows } = await pool.query<LetterRow>(
    `SELECT ${COLUMNS} FROM runner.dead_letters AS letter WHERE ${text}${beyond}
     ORDER BY letter.last_failed_at DESC, letter.id DESC LIMIT $1`,
    [page.limit, ...values, ...(after ? [after.lastFailedAt, after.id] : [])],
  );
  return rows.map(letterOf);
}

/** A dead letter with all that is kept; undefined when there is none of that id. */
export async function findLetter(pool: Pool, id: string): Promise<WholeLetter | undefined> {
  const { text, values } = whereOf({ ids: [id] });
  const { rows } = await pool.query<WholeRow>(
    `SELECT ${COLUMNS}, payload, stack, version, round, revision, letter.commit FROM runner.dead_letters AS letter
     WHERE ${text}`,
    values,
  );
  const [row] = rows;
  return (
    row && {
      ...letterOf(row),
      payload: row.payload,
      stack: row.stack,
      version: row.version,
      round: row.round,
      revision: row.revision ?? undefined,
      position: row.commit ?? undefined,
    }
  );
}

/** How many letters there are of a kind of failure at a consumer. */
export interface LetterCount {
  readonly consumer: string;
  readonly failureType: string;
  readonly failureClass: string;
  readonly error: string;
  readonly letters: number;
  /** When the first of them failed first. */
  readonly since: string;
}

const MOST_COUNTS = 200;

/** Counts by consumer and failure, the most first. */
export async function countLetters(pool: Pool, filter: LetterFilter): Promise<LetterCount[]> {
  const { text, values } = whereOf(filter);
  const { rows } = await pool.query<Omit<LetterCount, "since"> & { since: Date }>(
    `SELECT reader AS consumer, failure_type AS "failureType", failure_class AS "failureClass", error,
       count(*)::int AS letters, min(first_failed_at) AS since
     FROM runner.dead_letters AS letter WHERE ${text}
     GROUP BY reader, failure_type, failure_class, error ORDER BY letters DESC, consumer, error LIMIT ${MOST_COUNTS}`,
    values,
  );
  return rows.map((row) => ({ ...row, since: row.since.toISOString() }));
}

/** What is parked of one order. */
export const parkedOf = (pool: Pool, orderId: string): Promise<Letter[]> =>
  listLetters(pool, { orderId, state: "parked" }, { limit: 50 });
