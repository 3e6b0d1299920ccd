import type { SQLOutputValue, StatementSync } from "node:sqlite";

export type Cells = SQLOutputValue[];

/** A stretch of keys whose rows could not be read, ends included. */
export interface Hole {
  from: number;
  to: number;
  error: string;
}

/** Rows of one page of a scan. */
const PAGE = 512;

/**
 * Reads rows in the order of their first cell, a number, up to `until`, and goes on behind what cannot be read: a
 * damaged page makes every read that touches it fail, so the first key behind it is looked for. `page` takes the first
 * key and a limit, and must have `setReturnArrays`.
 */
export function* scanRows(page: StatementSync, until: number, onHole: (hole: Hole) => void): Generator<Cells[]> {
  let next = 0;
  while (next <= until) {
    const rows: Cells[] = [];
    let failure: unknown;
    try {
      // setReturnArrays makes each row the array of its cells; the declared type does not say so.
      for (const row of page.iterate(next, PAGE)) rows.push(row as unknown as Cells);
    } catch (error) {
      failure = error;
    }
    if (rows.length > 0) yield rows;
    // Keys that do not ascend are damage too, and must not lead back.
    const last = rows.reduce((highest, [key]) => Math.max(highest, Number(key)), next - 1);
    if (failure === undefined) {
      if (rows.length < PAGE) return;
      next = last + 1;
      continue;
    }
    const to = lastUnreadable(page, last + 1, until);
    onHole({ from: last + 1, to, error: failure instanceof Error ? failure.message : String(failure) });
    next = to + 1;
  }
}

/** The last key of the stretch that begins with `from`, which cannot be read. */
function lastUnreadable(page: StatementSync, from: number, until: number): number {
  const fails = (key: number) => {
    try {
      page.all(key, 1);
      return false;
    } catch {
      return true;
    }
  };
  let bad = from;
  let good = from + 1;
  for (let step = 1; good <= until && fails(good); step *= 2) {
    bad = good;
    good += step;
  }
  good = Math.min(good, until + 1);
  while (good - bad > 1) {
    const middle = Math.floor((bad + good) / 2);
    if (fails(middle)) bad = middle;
    else good = middle;
  }
  return bad;
}
