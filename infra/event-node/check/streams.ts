import type { DatabaseSync } from "node:sqlite";
import { setImmediate as nextTurn } from "node:timers/promises";
import { DELETED } from "../log/stream-rules.ts";
import { streamNames } from "./events.ts";
import type { CheckProgress, Findings } from "./report.ts";
import { scanRows } from "./scan.ts";

/** Revisions that a stream lacks, and the positions between which they must have been. */
export interface RevisionGap {
  stream: number;
  from: number;
  to: number;
  after: number;
  before: number;
}

export interface StreamsSeen {
  streams: number;
  gaps: RevisionGap[];
  /** Streams that have a name and neither events nor scavenged ones. */
  empty: number[];
  /** Where the positions asked for lie, by the index of streams. */
  places: Map<number, { stream: number; revision: number }>;
}

const MOST = 1_000;
/** Streams whose index entries are read at once. */
const CHUNK = 256;

/**
 * Walks over the index of streams and revisions: whether each stream's revisions are without holes, and which stream
 * and revision the `wanted` positions belong to, whatever has become of their rows.
 */
export async function checkStreams(
  db: DatabaseSync,
  wanted: ReadonlySet<number>,
  findings: Findings,
  onProgress: (progress: CheckProgress) => void,
): Promise<StreamsSeen> {
  const seen: StreamsSeen = { streams: 0, gaps: [], empty: [], places: new Map() };
  const last = Number(db.prepare("SELECT max(id) AS last FROM streams").get()?.last ?? 0);
  const entries = db.prepare(
    "SELECT revision, position FROM events INDEXED BY events_by_stream WHERE stream = ? ORDER BY revision",
  );
  const scavenged = db.prepare("SELECT count(*) AS count, max(revision) AS last FROM scavenged WHERE stream = ?");
  const page = db.prepare("SELECT id FROM streams WHERE id >= ? ORDER BY id LIMIT ?");
  page.setReturnArrays(true);
  const unreadable = ({ from, to, error }: { from: number; to: number; error: string }) =>
    findings.add({ kind: "stream", message: `the streams numbered ${from} to ${to} cannot be read: ${error}` });
  const nameOf = streamNames(db);
  const checkOne = (stream: number) => {
    const dropped = scavenged.get(stream);
    const before = Number(dropped?.count ?? 0);
    // What was scavenged is a beginning of the stream, without holes.
    let next = before === 0 ? 0 : Number(dropped?.last) + 1;
    if (before !== next) seen.gaps.push({ stream, from: 0, to: next - 1, after: 0, before: Number.POSITIVE_INFINITY });
    let after = 0;
    let events = 0;
    for (const entry of entries.iterate(stream)) {
      const revision = Number(entry.revision);
      const position = Number(entry.position);
      events++;
      if (wanted.has(position)) seen.places.set(position, { stream, revision });
      if (revision !== next && revision !== DELETED && seen.gaps.length < MOST)
        seen.gaps.push({ stream, from: next, to: revision - 1, after, before: position });
      next = revision + 1;
      after = position;
    }
    if (events === 0 && seen.empty.length < MOST) seen.empty.push(stream);
  };
  let sinceTurn = 0;
  for (const rows of scanRows(page, last, unreadable)) {
    for (const [id] of rows) {
      const stream = Number(id);
      seen.streams++;
      try {
        checkOne(stream);
      } catch (error) {
        const name = nameOf(stream);
        findings.add({
          kind: "structure",
          message: `the index entries of ${name ?? `stream ${stream}`} cannot be read: ${(error as Error).message}`,
          ...(name === undefined ? {} : { stream: name }),
        });
      }
      if (++sinceTurn % CHUNK !== 0) continue;
      onProgress({ step: "streams", done: stream, of: last });
      await nextTurn();
    }
  }
  return seen;
}
