/** What is wrong with one place of an event node's file. */
export interface CheckFinding {
  kind: /** The file cannot be opened as a database at all. */
    | "unreadable"
    /** The file ends before its last page. */
    | "truncated"
    /** The write-ahead log beside the file is damaged, so that commits in it are lost. */
    | "wal"
    /** SQLite's own check of pages, cells and indexes found something. */
    | "structure"
    /** An event is there, but is not what was written, or cannot be read. */
    | "event-damaged"
    /** An event is gone. */
    | "event-missing"
    /** A stream lacks revisions. */
    | "revision-missing"
    /** An event belongs to a stream that is not there, or a stream has no events. */
    | "stream";
  /** One sentence for people. */
  message: string;
  stream?: string;
  revision?: number;
  position?: number;
  /** The page of the file, from 1, and its bytes: from the first to the one behind the last. */
  page?: number;
  bytes?: { from: number; to: number };
}

export interface CheckReport {
  path: string;
  /** True when nothing was found. */
  sound: boolean;
  /** Size of the file in bytes, without its write-ahead log. */
  bytes: number;
  /** Events that were read and are as they were written. */
  events: number;
  streams: number;
  /** Events that were scavenged: known, and rightly not there. */
  scavenged: number;
  /** Position of the last event, 0 for an empty log. */
  lastPosition: number;
  /** At most MOST_FINDINGS; `more` counts the rest. */
  findings: CheckFinding[];
  more: number;
  /** What to do now, one sentence each; empty when nothing was found. */
  advice: string[];
}

/** How far a check is: pages take one step without a number, events and streams are counted. */
export interface CheckProgress {
  step: "pages" | "events" | "streams";
  done: number;
  of: number;
}

export const MOST_FINDINGS = 200;

/** Collects findings; beyond the bound they are only counted. */
export class Findings {
  readonly list: CheckFinding[] = [];
  more = 0;

  add(finding: CheckFinding): void {
    if (this.list.length < MOST_FINDINGS) this.list.push(finding);
    else this.more++;
  }

  get count(): number {
    return this.list.length + this.more;
  }

  has(...kinds: CheckFinding["kind"][]): boolean {
    return this.list.some(({ kind }) => kinds.includes(kind));
  }
}

/** What to do about the findings. */
export function adviceFor(path: string, findings: Findings): string[] {
  if (findings.count === 0) return [];
  const advice = ["Stop the node and keep a copy of the file as it is, with the -wal file beside it, if there is one."];
  if (!findings.has("unreadable", "truncated", "wal", "event-damaged", "event-missing", "revision-missing", "stream")) {
    advice.push(
      `Every event was read and is whole; only indexes or free pages are damaged: with the node stopped, run: sqlite3 ${path} REINDEX. Then check again.`,
    );
    return advice;
  }
  advice.push(
    "Restore the last backup: ordertrail event-node restore <backup> --to <a new folder>. What came after it is in the damaged file: events that are not named above can still be read from a node on it, those that are named are answered with DATA_LOSS or are not there.",
    "Check the disk and the memory of this machine: a file is not damaged by a process that was killed.",
  );
  return advice;
}
