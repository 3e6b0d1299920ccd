import type { Position } from "../../domain/chain/envelope.ts";

/** An event of the log with the time at which the store wrote it. */
export interface DatedPosition {
  readonly position: Position;
  /** Milliseconds since 1970. */
  readonly stored: number;
}

/** Reads a page of the log from a position (exclusive) in one direction; undefined is its beginning, or its end. */
export type ReadDated = (
  direction: "forwards" | "backwards",
  after: Position | undefined,
  limit: number,
) => Promise<readonly DatedPosition[]>;

const PAGE = 2_000;

/**
 * Position of the last event that the store had written by a time; undefined when it is before the first. Read from
 * the end of the log that is nearer in time: the store has no index by time, so asking costs up to half a reading of it.
 */
export async function placeAt(read: ReadDated, time: number): Promise<Position | undefined> {
  const [first] = await read("forwards", undefined, 1);
  const [last] = await read("backwards", undefined, 1);
  if (first === undefined || last === undefined || time < first.stored) return undefined;
  if (time >= last.stored) return last.position;
  return time - first.stored < last.stored - time
    ? await searchForwards(read, time)
    : await searchBackwards(read, time);
}

async function searchForwards(read: ReadDated, time: number): Promise<Position | undefined> {
  let found: Position | undefined;
  for (;;) {
    const page = await read("forwards", found, PAGE);
    const later = page.findIndex(({ stored }) => stored > time);
    found = (later < 0 ? page.at(-1) : page[later - 1])?.position ?? found;
    if (later >= 0 || page.length === 0) return found;
  }
}

async function searchBackwards(read: ReadDated, time: number): Promise<Position | undefined> {
  let before: Position | undefined;
  for (;;) {
    const page = await read("backwards", before, PAGE);
    const found = page.find(({ stored }) => stored <= time);
    if (found !== undefined || page.length === 0) return found?.position;
    before = page.at(-1)?.position;
  }
}
