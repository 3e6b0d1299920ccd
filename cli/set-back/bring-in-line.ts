import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Pool } from "pg";
import { startProcessesOver } from "../../commands/processes/runner/start-over.ts";
import type { Clock } from "../../infra/clock.ts";
import { toInstant } from "../../infra/clock.ts";
import type { EventStore } from "../../infra/event-store/port.ts";
import type { Log } from "../../infra/log.ts";
import { inTransaction } from "../../infra/postgres/pool.ts";
import { writeFileAtomically } from "../../infra/supervisor/files.ts";
import { dropGeneration } from "../../projections/runner/generations.ts";
import { findSetBack, findSetBackOnceThere, type SetBack } from "./find.ts";
import { lostEvents } from "./lost.ts";

export interface InLineOptions {
  readonly pool: Pool;
  readonly store: EventStore;
  readonly clock: Clock;
  readonly log: Log;
  /** Where the report of what is lost is put. */
  readonly reports: string;
}

const LOCK = "ordertrail/set-back";

/**
 * When the log was set back: says what is lost, stream by stream, and lets everything that was made from the longer log
 * be made anew. Read models are dropped (their next generations have new numbers, so that no screen mistakes them for
 * the old ones), process managers begin at the first event. Nothing is skipped: no consumer is left ahead of the log.
 *
 * The log itself is not touched, and neither are customers' keys. May be killed at any place: what is left is found
 * again at the next start, and the witness, by which the loss is told, goes last.
 *
 * @returns the path of the report; undefined when the log was not set back
 */
export async function bringInLine(options: InLineOptions): Promise<string | undefined> {
  const { pool, store, log } = options;
  if ((await findSetBackOnceThere(pool, store, log)) === undefined) return undefined;
  const holder = await pool.connect();
  try {
    // Several processes may start at once: one does it, the others find it done.
    await holder.query("SELECT pg_advisory_lock(hashtextextended($1, 0))", [LOCK]);
    const found = await findSetBack(pool, store, 0);
    if (found === undefined) return undefined;
    const report = await tellLoss(options, found);
    await forgetDerived(pool);
    return report;
  } finally {
    // With the connection the lock ends, too.
    holder.release(true);
  }
}

async function tellLoss({ pool, store, clock, log, reports }: InLineOptions, found: SetBack): Promise<string> {
  const { streams, named } = await lostEvents(pool, store, found.head);
  const at = toInstant(clock.now());
  const report = {
    format: "ordertrail-set-back/1",
    at,
    logEndsAt: found.head?.commit.toString() ?? null,
    consumersAhead: found.ahead.map(({ consumer, place }) => ({ consumer, position: place?.commit.toString() })),
    streamsWithLostEvents: streams,
    lost: named,
  };
  await mkdir(reports, { recursive: true, mode: 0o700 });
  const path = join(reports, `set-back-${at.replaceAll(":", "")}.json`);
  await writeFileAtomically(path, `${JSON.stringify(report, null, 2)}\n`, 0o600);
  log.error(
    { logEndsAt: report.logEndsAt, streams, wholeStreams: named.filter(({ has }) => has === undefined).length, path },
    "the event log was set back: what is lost is in the report; everything derived from it is made anew",
  );
  return path;
}

/** Read models first and the witness last; the process managers and what was set aside in one transaction. */
async function forgetDerived(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ projection: string; generation: number }>(
    "SELECT projection, generation FROM runner.generations WHERE state <> 'retired' ORDER BY projection = 'witness', 1, 2",
  );
  await inTransaction(pool, async (tx) => {
    await startProcessesOver(tx);
    // Decisions of people about dead letters are kept; what is still set aside is found again.
    await tx.query("DELETE FROM runner.dead_letters WHERE state = 'parked'");
    await tx.query("DELETE FROM runner.parked_events");
    await tx.query("DELETE FROM runner.inflight");
    await tx.query(
      `UPDATE runner.positions SET commit = NULL, prepare = NULL, updated_at = clock_timestamp()
       WHERE name NOT IN (SELECT schema FROM runner.generations)`,
    );
    await tx.query(
      `UPDATE replay.jobs SET state = 'cancelled', message = 'the event log was set back'
       WHERE state NOT IN ('done', 'failed', 'cancelled')`,
    );
  });
  for (const { projection, generation } of rows) await dropGeneration(pool, projection, generation, true);
}
