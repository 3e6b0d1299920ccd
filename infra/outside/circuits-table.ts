import type { Pool } from "pg";
import type { FailureType } from "../../domain/order/events.ts";
import type { CircuitStateName } from "./circuit.ts";
import type { Outside, OutsideSystem } from "./outside.ts";

/** A circuit as the database shows it to everybody. Only circuits that have been open once are written down. */
export interface CircuitRow extends Outside {
  readonly state: CircuitStateName;
  /** Since when it is in this state: epoch milliseconds, real time. */
  readonly since: number;
  /** Of the transient failure that came last. */
  readonly failureType: FailureType | undefined;
  /** Effects that wait to be tried again there, as they were counted last. */
  readonly waiting: number;
  /** Process that has written it. */
  readonly instance: string;
}

interface Stored {
  readonly system: string;
  readonly place: string;
  readonly state: string;
  readonly since: Date;
  readonly failure_type: string | null;
  readonly waiting: number;
  readonly instance: string;
}

/**
 * Writes down how circuits are, unless the process owns no consumer any more: one that was stopped for longer than its
 * leases knows nothing of what has become of them. Answers with whether it was written.
 */
export async function writeCircuits(pool: Pool, rows: readonly CircuitRow[], instance: string): Promise<boolean> {
  if (rows.length === 0) return true;
  const { rowCount } = await pool.query(
    `INSERT INTO runner.circuits (system, place, state, since, failure_type, waiting, instance, updated_at)
     SELECT *, clock_timestamp() FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::text[],
       $6::integer[], $7::text[])
     WHERE EXISTS (SELECT FROM runner.leases WHERE owner = $8 AND expires_at > clock_timestamp())
     ON CONFLICT (system, place) DO UPDATE SET state = excluded.state, since = excluded.since,
       failure_type = excluded.failure_type, waiting = excluded.waiting, instance = excluded.instance,
       updated_at = excluded.updated_at`,
    [
      rows.map(({ system }) => system),
      rows.map(({ place }) => place),
      rows.map(({ state }) => state),
      rows.map(({ since }) => new Date(since)),
      rows.map(({ failureType }) => failureType ?? null),
      rows.map(({ waiting }) => waiting),
      rows.map((row) => row.instance),
      instance,
    ],
  );
  return rowCount === rows.length;
}

/** Circuits that have been open once, those that are open first. Rejects while the database is away or not migrated. */
export async function readCircuits(pool: Pool): Promise<CircuitRow[]> {
  const { rows } = await pool.query<Stored>(
    `SELECT system, place, state, since, failure_type, waiting, instance FROM runner.circuits
     ORDER BY state = 'open' DESC, system, place`,
  );
  return rows.map((row) => ({
    system: row.system as OutsideSystem, // nothing else is written
    place: row.place,
    state: row.state as CircuitStateName, // the table checks it
    since: row.since.getTime(),
    failureType: (row.failure_type ?? undefined) as FailureType | undefined, // nothing else is written
    waiting: row.waiting,
    instance: row.instance,
  }));
}
