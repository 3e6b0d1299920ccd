import { randomUUID } from "node:crypto";
import type { Pool } from "pg";
import { inTransaction } from "../postgres/pool.ts";
import { CONCERNS_SOMEBODY } from "./filter.ts";
import { createJob } from "./jobs.ts";

/**
 * A known kind of failure that mends itself: what it is about, and when it is redriven without anybody's doing. A rule
 * lets a letter go once for each cause; what fails again waits for the next cause, or for somebody.
 */
export interface FixRule {
  /** As `processing.redriven` tells it. */
  readonly name: string;
  /** For people. */
  readonly says: string;
  /** Condition on `runner.dead_letters AS letter` beside that it is parked. */
  readonly letters: string;
  /**
   * Condition on the letter and, with its parameter, the version of this program: its cause has come. `cause` names it,
   * so that it counts once.
   */
  readonly when: string;
  readonly cause: string;
}

export const FIX_RULES: readonly FixRule[] = [
  {
    name: "new-version",
    says: "What the program could not handle is tried once by each other version of the program; what ended the process is not.",
    letters: "letter.failure_class = 'poison' AND letter.error <> 'ProcessKilled'",
    when: "letter.version <> $1",
    cause: "$1",
  },
  {
    name: "outside-answers-again",
    says: "What failed for good because an outside system did not answer is tried once whenever its circuit has closed since.",
    letters: "letter.kind = 'effect' AND letter.failure_class = 'transient' AND letter.payload->'outside' IS NOT NULL",
    when: `EXISTS (SELECT FROM runner.circuits AS circuit WHERE circuit.state = 'closed'
      AND circuit.system = letter.payload->'outside'->>'system' AND circuit.place = letter.payload->'outside'->>'place'
      AND circuit.since > letter.noted_at)`,
    cause: `(SELECT max(circuit.since)::text FROM runner.circuits AS circuit
      WHERE circuit.system = letter.payload->'outside'->>'system' AND circuit.place = letter.payload->'outside'->>'place')`,
  },
];

export interface RulesAtWork {
  readonly pool: Pool;
  /** Consumers that this process owns: what is redriven is handled by this version of the program. */
  owned(): readonly string[];
  readonly version: string;
  readonly perSecond: number;
  readonly now: number;
}

/** Letters that one rule lets go in a turn. */
const A_TURN = 500;

/** Lets go what a rule's cause has come for. Answers with how many letters. */
export async function applyRules(work: RulesAtWork): Promise<number> {
  const owned = work.owned();
  if (owned.length === 0) return 0;
  let letGo = 0;
  for (const rule of FIX_RULES) letGo += await applyRule(rule, owned, work);
  return letGo;
}

async function applyRule(rule: FixRule, owned: readonly string[], work: RulesAtWork): Promise<number> {
  const { pool, version, perSecond, now } = work;
  return await inTransaction(pool, async (tx) => {
    const { rows } = await tx.query<{ id: string; cause: string }>(
      `SELECT letter.id, ${rule.cause} AS cause FROM runner.dead_letters AS letter
       WHERE $1::text IS NOT NULL AND letter.state = 'parked' AND letter.consumer = ANY($2) AND ${rule.letters}
         AND ${rule.when} AND NOT EXISTS (
           SELECT FROM runner.redrive_items AS item JOIN runner.redrive_jobs AS job ON job.id = item.job_id
           WHERE item.letter_id = letter.id
             AND (item.state IN ('waiting', 'released') OR job.rule = $3 AND job.filter->>'cause' = ${rule.cause}))
       ORDER BY letter.first_failed_at LIMIT ${A_TURN} FOR UPDATE OF letter SKIP LOCKED`,
      [version, owned, rule.name],
    );
    for (const [cause, letters] of Map.groupBy(rows, (row) => row.cause)) {
      const filter = { ids: letters.map(({ id }) => id), cause };
      const by = { type: "system", id: "dead-letters" } as const;
      await createJob(tx, { id: randomUUID(), action: "redrive", by, rule: rule.name, filter, perSecond, now });
    }
    return rows.length;
  });
}

/** The rules, with how many parked letters each may redrive some day. */
export async function rulesWaiting(pool: Pool): Promise<{ name: string; says: string; waiting: number }[]> {
  const counts = FIX_RULES.map(({ letters }, i) => `count(*) FILTER (WHERE ${letters})::int AS "${i}"`);
  const { rows } = await pool.query<Record<string, number>>(
    `SELECT ${counts.join(", ")} FROM runner.dead_letters AS letter
     WHERE letter.state = 'parked' AND ${CONCERNS_SOMEBODY}`,
  );
  return FIX_RULES.map(({ name, says }, i) => ({ name, says, waiting: rows[0]?.[String(i)] ?? 0 }));
}
