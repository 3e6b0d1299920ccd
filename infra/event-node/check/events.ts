import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { setImmediate as nextTurn } from "node:timers/promises";
import { rowChecksum } from "../log/event-row.ts";
import type { CheckProgress } from "./report.ts";
import { type Cells, scanRows } from "./scan.ts";

/** Why there is no good event at a position. */
export type BadEvent = { state: "damaged"; what: string; stream?: number; revision?: number } | { state: "missing" };

export interface EventsSeen {
  /** Events that are as they were written. */
  good: number;
  scavenged: number;
  lastPosition: number;
  /** What is wrong, by position; bounded, `more` counts the rest. */
  bad: Map<number, BadEvent>;
  more: number;
}

const MOST_BAD = 10_000;
const COLUMNS = "position, stream, revision, id, type, flags, created, metadata, data, checksum";

/** Reads every event, recomputes its checksum, and looks for positions that hold none and were not scavenged. */
export async function checkEvents(
  db: DatabaseSync,
  onProgress: (progress: CheckProgress) => void,
): Promise<EventsSeen> {
  const until = lastPosition(db);
  const seen: EventsSeen = { good: 0, scavenged: 0, lastPosition: until, bad: new Map(), more: 0 };
  const note = (position: number, bad: BadEvent) => {
    if (seen.bad.size < MOST_BAD) seen.bad.set(position, bad);
    else seen.more++;
  };
  const gaps = new Gaps(db);
  const page = db.prepare(`SELECT ${COLUMNS} FROM events NOT INDEXED WHERE position >= ? ORDER BY position LIMIT ?`);
  page.setReturnArrays(true);
  const nameOf = streamNames(db);
  let next = 1;
  const skipTo = (position: number) => {
    for (const missing of gaps.missing(next, position - 1)) note(missing, { state: "missing" });
    next = Math.max(next, position);
  };
  const holes = (hole: { from: number; to: number; error: string }) => {
    skipTo(hole.from);
    for (let position = hole.from; position <= hole.to; position++)
      if (!gaps.has(position)) note(position, { state: "damaged", what: hole.error });
    next = hole.to + 1;
  };
  for (const rows of scanRows(page, until, holes)) {
    for (const row of rows) {
      const position = Number(row[0]);
      if (position < next) continue;
      skipTo(position);
      next = position + 1;
      const what = damage(row, nameOf);
      if (what === undefined) seen.good++;
      else note(position, { state: "damaged", what, ...owner(row) });
    }
    onProgress({ step: "events", done: next - 1, of: until });
    await nextTurn();
  }
  skipTo(until + 1);
  seen.scavenged = gaps.count;
  return seen;
}

/** The last position; from the index of streams where the table cannot be read to its end. */
function lastPosition(db: DatabaseSync): number {
  const ask = (sql: string) => Number(db.prepare(sql).get()?.last ?? 0);
  let last = 0;
  for (const sql of [
    "SELECT max(position) AS last FROM events NOT INDEXED",
    "SELECT max(position) AS last FROM events INDEXED BY events_by_stream",
  ]) {
    try {
      last = Math.max(last, ask(sql));
    } catch {}
  }
  return last;
}

/** Names of streams by their number, asked for once. */
export function streamNames(db: DatabaseSync): (id: number) => string | undefined {
  const known = new Map<number, string | undefined>();
  const find = db.prepare("SELECT name FROM streams WHERE id = ?");
  return (id) => {
    if (known.has(id)) return known.get(id);
    let name: string | undefined;
    try {
      const value = find.get(id)?.name;
      if (typeof value === "string") name = value;
    } catch {}
    if (known.size > 100_000) known.clear();
    known.set(id, name);
    return name;
  };
}

function owner(row: Cells): { stream?: number; revision?: number } {
  const [, stream, revision] = row;
  return typeof stream === "number" && typeof revision === "number" ? { stream, revision } : {};
}

/** What is wrong with a row; undefined when it is as it was written. */
function damage(row: Cells, nameOf: (id: number) => string | undefined): string | undefined {
  const [position, stream, revision, id, type, flags, created, metadata, data, checksum] = row;
  const isText = typeof type === "string";
  const areBytes = id instanceof Uint8Array && metadata instanceof Uint8Array && data instanceof Uint8Array;
  const numbers = [position, stream, revision, flags, created].every((cell) => typeof cell === "number");
  if (!isText || !areBytes || !numbers) return "a column holds another kind of value than was written";
  const streamName = nameOf(Number(stream));
  if (streamName === undefined) return `its stream, number ${stream}, is not known`;
  const rest = { revision: Number(revision), flags: Number(flags), created: Number(created) };
  const sum = rowChecksum({ position: Number(position), streamName, id, type, metadata, data, ...rest });
  return sum === checksum ? undefined : "its checksum does not match";
}

/** The positions of scavenged events, asked for in ascending order along with the events. */
class Gaps {
  readonly count: number;
  readonly #positions: Iterator<Record<string, SQLOutputValue>>;
  #next: number;

  constructor(db: DatabaseSync) {
    this.count = Number(db.prepare("SELECT count(*) AS count FROM scavenged").get()?.count ?? 0);
    this.#positions = db.prepare("SELECT position FROM scavenged ORDER BY position").iterate();
    this.#next = this.#take();
  }

  /** True when the event at that position was scavenged. Positions must ascend from call to call. */
  has(position: number): boolean {
    while (this.#next < position) this.#next = this.#take();
    return this.#next === position;
  }

  *missing(from: number, to: number): Generator<number> {
    for (let position = from; position <= to; position++) if (!this.has(position)) yield position;
  }

  #take(): number {
    const { value, done } = this.#positions.next();
    return done ? Number.POSITIVE_INFINITY : Number(value.position);
  }
}
