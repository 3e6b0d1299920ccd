import type { Pool } from "pg";
import type { Clock } from "../clock.ts";
import { messageOf, pause } from "../consumers/waiting.ts";
import type { Log } from "../log.ts";
import { inTransaction } from "../postgres/pool.ts";
import { applyRules, type RulesAtWork } from "./rules.ts";

export interface DeskOptions {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** What is redriven by itself, and by whom; left out, nothing is. */
  readonly rules?: Pick<RulesAtWork, "owned" | "version" | "perSecond"> | undefined;
}

const TURN_MS = 250;
/** Looks that were asked for so long ago are forgotten. */
const LOOKS_KEPT = "1 hour";
const TIDY_MS = 60_000;
const RULES_MS = 2_000;
/** Letters that a consumer has not seen to yet; while so many wait for a consumer that stands, no more are let go. */
const SECONDS_AHEAD = 5;

/**
 * Lets the letters of jobs go, at each job's rate, until the signal. Any number of processes may do so: they take turns
 * by the job's row, and all that is known of a job is in the database, so it goes on after a restart. The rate counts
 * real seconds: it is there for the engines' sake.
 */
export async function runDesk({ pool, clock, log, signal, rules }: DeskOptions): Promise<void> {
  let tidyAt = 0;
  let rulesAt = 0;
  while (!signal.aborted) {
    try {
      if (rules !== undefined && performance.now() >= rulesAt) {
        const letters = await applyRules({ ...rules, pool, now: clock.now() });
        if (letters > 0) log.info({ letters }, "dead letters are redriven by a rule");
        rulesAt = performance.now() + RULES_MS;
      }
      await turn(pool, clock.now());
      if (performance.now() >= tidyAt) {
        await tidy(pool);
        tidyAt = performance.now() + TIDY_MS;
      }
    } catch (error) {
      log.warn({ cause: messageOf(error) }, "dead letters could not be let go; tried again");
    }
    await pause(TURN_MS, signal);
  }
}

const RUNNING = `
  SELECT id, per_second, least(1, coalesce(extract(epoch FROM clock_timestamp() - let_go_at), 1))::float8 AS seconds
  FROM runner.redrive_jobs WHERE state = 'running' ORDER BY created_at LIMIT 20 FOR UPDATE SKIP LOCKED`;

/** What concerns nobody any more, since its generation is not read now, waits for an owner that does not come. */
const GIVE_UP = `
  UPDATE runner.redrive_items AS item SET state = 'gone'
  FROM runner.dead_letters AS letter
  JOIN runner.generations AS generation ON generation.schema = letter.consumer AND generation.state <> 'live'
  WHERE item.job_id = $1 AND item.state IN ('waiting', 'released') AND letter.id = item.letter_id`;

const LET_GO = `
  UPDATE runner.redrive_items SET state = 'released'
  WHERE job_id = $1 AND letter_id IN (
    SELECT item.letter_id FROM runner.redrive_items AS item JOIN runner.dead_letters AS letter ON letter.id = item.letter_id
    WHERE item.job_id = $1 AND item.state = 'waiting' ORDER BY letter.first_failed_at, letter.id LIMIT $2)`;

const END = `
  UPDATE runner.redrive_jobs SET state = 'done', ended_at = $2, reason = NULL WHERE id = $1 AND NOT EXISTS (
    SELECT FROM runner.redrive_items WHERE job_id = $1 AND state IN ('waiting', 'released'))`;

async function turn(pool: Pool, now: number): Promise<void> {
  await inTransaction(pool, async (tx) => {
    const { rows } = await tx.query<{ id: string; per_second: number; seconds: number }>(RUNNING);
    for (const { id, per_second, seconds } of rows) {
      await tx.query(GIVE_UP, [id]);
      const { rows: ahead } = await tx.query<{ released: number }>(
        "SELECT count(*)::int AS released FROM runner.redrive_items WHERE job_id = $1 AND state = 'released'",
        [id],
      );
      const room = Math.ceil(per_second * SECONDS_AHEAD) - (ahead[0]?.released ?? 0);
      const letGo = Math.min(room, Math.floor(per_second * seconds));
      // Less than one letter's time has passed: the time goes on counting.
      if (letGo > 0) {
        await tx.query(LET_GO, [id, letGo]);
        await tx.query("UPDATE runner.redrive_jobs SET let_go_at = clock_timestamp() WHERE id = $1", [id]);
      }
      await tx.query(END, [id, new Date(now)]);
    }
  });
}

async function tidy(pool: Pool): Promise<void> {
  await pool.query(
    `DELETE FROM runner.redrive_jobs WHERE action = 'preview' AND state <> 'running'
       AND coalesce(let_go_at, clock_timestamp()) < clock_timestamp() - interval '${LOOKS_KEPT}'`,
  );
}
