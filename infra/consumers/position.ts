import type { Position } from "../../domain/chain/envelope.ts";

/** A place in the log; undefined is the place before the first event. */
export type Place = Position | undefined;

/** Order of two places in the log: negative when `a` comes first. */
export function comparePlaces(a: Place, b: Place): number {
  if (a === undefined || b === undefined) return (a === undefined ? 0 : 1) - (b === undefined ? 0 : 1);
  if (a.commit !== b.commit) return a.commit < b.commit ? -1 : 1;
  if (a.prepare !== b.prepare) return a.prepare < b.prepare ? -1 : 1;
  return 0;
}

/** The later of two places. */
export const laterPlace = (a: Place, b: Place): Place => (comparePlaces(a, b) < 0 ? b : a);

/** A position as rows hold it: `bigint` columns, which `pg` gives back as text. */
export interface PositionRow {
  readonly commit: string | null;
  readonly prepare: string | null;
}

/** The place that a row names. */
export function placeOf(row: PositionRow): Place {
  if (row.commit === null || row.prepare === null) return undefined;
  return { commit: BigInt(row.commit), prepare: BigInt(row.prepare) };
}

/** The two SQL parameters that name a place. */
export const placeParameters = (place: Place): [commit: string | null, prepare: string | null] =>
  place === undefined ? [null, null] : [place.commit.toString(), place.prepare.toString()];
