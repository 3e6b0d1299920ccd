import type { Pool } from "pg";
import type { Place } from "../../infra/consumers/position.ts";
import type { EventStore } from "../../infra/event-store/port.ts";
import { findLive } from "../../projections/runner/generations.ts";

/** A stream of which the log holds less than it held before. */
export interface LostEvents {
  readonly stream: string;
  /** Revision of its last event as it was witnessed, decimal. */
  readonly had: string;
  /** Revision of its last event now, decimal; undefined when nothing of it is left. */
  readonly has: string | undefined;
}

/** Streams that are named; of more than these, the number is told. */
const MOST_NAMED = 100_000;
const READ_AT_ONCE = 16;

/** What the witness has seen in the log behind its present end, by stream. */
export async function lostEvents(
  pool: Pool,
  store: EventStore,
  head: Place,
): Promise<{ readonly streams: number; readonly named: readonly LostEvents[] }> {
  const live = await findLive(pool, "witness");
  if (!live) return { streams: 0, named: [] };
  const behind = [`FROM ${live.schema}.heads WHERE position > $1`, [(head?.commit ?? -1n).toString()]] as const;
  const counted = await pool.query<{ streams: string }>(`SELECT count(*) AS streams ${behind[0]}`, [...behind[1]]);
  const { rows } = await pool.query<{ stream: string; revision: string }>(
    `SELECT stream, revision ${behind[0]} ORDER BY position LIMIT ${MOST_NAMED}`,
    [...behind[1]],
  );
  const named: LostEvents[] = [];
  for (let from = 0; from < rows.length; from += READ_AT_ONCE) {
    const some = rows.slice(from, from + READ_AT_ONCE).map(async ({ stream, revision }): Promise<LostEvents> => {
      const [last] = await store.readStream(stream, { direction: "backwards", limit: 1 });
      return { stream, had: revision, has: last?.revision.toString() };
    });
    named.push(...(await Promise.all(some)));
  }
  return { streams: Number(counted.rows[0]?.streams ?? 0), named };
}
