import { randomUUID } from "node:crypto";
import type { Pool } from "pg";
import { comparePlaces, type Place, type PositionRow, placeOf, placeParameters } from "./position.ts";

/** An event is poison when the process ended this often while it was handled alone. */
export const KILLS_OF_POISON = 2;

/** How the next events after a place are to be handled. */
export type Caution =
  /** As usual; nothing is written down. */
  | { readonly kind: "none" }
  /** The next batch is written down first: the run before ended at this place for a reason nobody knows. */
  | { readonly kind: "batch" }
  /** The next events one by one, each written down first: one of them ended the process. */
  | { readonly kind: "single"; readonly left: number; readonly kills: number }
  /** The next event ended the process often enough: it is parked without another try. */
  | { readonly kind: "poison"; readonly kills: number };

/** What an earlier run wrote down before it handled something. */
export interface Inflight {
  readonly place: Place;
  readonly events: number;
  readonly kills: number;
}

const NONE: Caution = { kind: "none" };

/**
 * What follows from the way the run before ended. A process is killed for many reasons that are no event's fault, so
 * an event is blamed only when it was alone in flight at every kill that is counted.
 */
export function cautionAfter(uncleanEnd: boolean, place: Place, found: Inflight | undefined): Caution {
  if (!uncleanEnd) return NONE;
  if (found === undefined || comparePlaces(found.place, place) !== 0) return { kind: "batch" };
  if (found.events > 1) return { kind: "single", left: found.events, kills: 0 };
  if (found.kills >= KILLS_OF_POISON) return { kind: "poison", kills: found.kills };
  return { kind: "single", left: 1, kills: found.kills };
}

/** What remains to be careful about after events went through. */
export function cautionNext(caution: Caution, passed: number): Caution {
  if (caution.kind !== "single" || caution.left <= passed) return NONE;
  return { kind: "single", left: caution.left - passed, kills: 0 };
}

const FIND = "SELECT commit, prepare, events, kills, life FROM runner.inflight WHERE consumer = $1";

const NOTE = `
  INSERT INTO runner.inflight (consumer, commit, prepare, events, kills, life) VALUES ($1, $2, $3, $4, $5, $6)
  ON CONFLICT (consumer) DO UPDATE SET commit = excluded.commit, prepare = excluded.prepare, events = excluded.events,
    kills = excluded.kills, life = excluded.life`;

/** A run that lost the database or its lease lives on: what it wrote down itself was not a kill. */
const LIFE = randomUUID();

interface InflightRow extends PositionRow {
  readonly events: number;
  readonly kills: number;
  readonly life: string;
}

/** What an earlier process wrote down for this consumer; what this process wrote does not count. */
export async function findInflight(pool: Pool, consumer: string): Promise<Inflight | undefined> {
  const { rows } = await pool.query<InflightRow>(FIND, [consumer]);
  const row = rows[0];
  if (row === undefined || row.life === LIFE) return undefined;
  return { place: placeOf(row), events: row.events, kills: row.kills };
}

/** Writes down what is handled next; `kills` counts this try as if it would end the process. */
export async function noteInflight(pool: Pool, consumer: string, inflight: Inflight): Promise<void> {
  await pool.query(NOTE, [consumer, ...placeParameters(inflight.place), inflight.events, inflight.kills, LIFE]);
}

export async function forgetInflight(pool: Pool, consumer: string): Promise<void> {
  await pool.query("DELETE FROM runner.inflight WHERE consumer = $1", [consumer]);
}
