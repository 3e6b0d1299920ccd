import type { Pool } from "pg";
import type { ActorType } from "../../domain/chain/envelope.ts";
import type { Sealed } from "../../domain/chain/sealing.ts";
import type { FailureType } from "../../domain/order/events.ts";
import { inTransaction } from "../postgres/pool.ts";
import { CONCERNS_SOMEBODY } from "./filter.ts";

/** Something that the order's stream does not know yet. */
export interface Telling {
  readonly letterId: string;
  readonly fact: "parked" | "redriven" | "discarded";
  /** How often the letter has been parked: each time is told. */
  readonly round: number;
  readonly at: Date;
  readonly by: { readonly type: ActorType; readonly id: string };
  readonly rule: string | undefined;
  /** Under the installation's key. */
  readonly reason: Sealed | undefined;
  readonly tries: number;
  readonly kind: "event" | "effect";
  readonly stream: string;
  /** The consumer; of a read model its name without the generation. */
  readonly reader: string;
  /** The event's id, or the effect's. */
  readonly subject: string;
  readonly type: string;
  readonly failureType: FailureType;
  readonly failureClass: string;
}

interface TellingRow extends Omit<Telling, "by" | "rule" | "reason"> {
  readonly by_type: ActorType;
  readonly by_id: string;
  readonly rule: string | null;
  readonly reason: Sealed | null;
}

const NEXT = `
  SELECT * FROM (
    SELECT DISTINCT ON (telling.letter_id) telling.letter_id AS "letterId", telling.fact, telling.round, telling.at,
      telling.by_type, telling.by_id, telling.rule, telling.reason, telling.tries, telling.next_at, letter.kind,
      letter.stream, letter.reader, letter.subject, letter.type, letter.failure_type AS "failureType",
      letter.failure_class AS "failureClass"
    FROM runner.tellings AS telling JOIN runner.dead_letters AS letter ON letter.id = telling.letter_id
    WHERE ${CONCERNS_SOMEBODY}
    ORDER BY telling.letter_id, telling.round, telling.fact <> 'parked'
  ) AS first WHERE next_at <= clock_timestamp() ORDER BY at LIMIT $1`;

/** What is to be told next: of each letter the first, the oldest first. */
export async function nextTellings(pool: Pool, most: number): Promise<Telling[]> {
  const { rows } = await pool.query<TellingRow>(NEXT, [most]);
  return rows.map(({ by_type, by_id, rule, reason, ...row }) => ({
    ...row,
    by: { type: by_type, id: by_id },
    rule: rule ?? undefined,
    reason: reason ?? undefined,
  }));
}

/** It is in the stream: with the reason as it lies there, under the customer's key. */
export async function told(
  pool: Pool,
  { letterId, fact, round }: Pick<Telling, "letterId" | "fact" | "round">,
  eventId: string,
  reason: unknown,
): Promise<void> {
  await inTransaction(pool, async (tx) => {
    if (fact !== "parked") {
      await tx.query(
        `UPDATE runner.dead_letters SET resolved_event = $4, resolved_reason = $5
         WHERE id = $1 AND state = $2 AND round = $3`,
        [letterId, fact, round, eventId, reason === undefined ? null : JSON.stringify(reason)],
      );
    }
    await tx.query("DELETE FROM runner.tellings WHERE letter_id = $1 AND fact = $2 AND round = $3", [
      letterId,
      fact,
      round,
    ]);
  });
}

/** It could not be told now: later, after a pause that doubles up to five minutes. */
export async function notTold(
  pool: Pool,
  { letterId, fact, round }: Pick<Telling, "letterId" | "fact" | "round">,
): Promise<void> {
  await pool.query(
    `UPDATE runner.tellings SET tries = tries + 1,
       next_at = clock_timestamp() + make_interval(secs => least(300, power(2, least(tries, 10))))
     WHERE letter_id = $1 AND fact = $2 AND round = $3`,
    [letterId, fact, round],
  );
}
