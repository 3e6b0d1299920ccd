import type { DatabaseSync, StatementSync } from "node:sqlite";

/** How far a scavenge is, or how it ended. Times are RFC 3339, UTC. */
export interface Scavenge {
  scavengeId: string;
  /** `stopped` also when the node ended meanwhile: the next start goes on where it was. */
  state: "running" | "completed" | "stopped" | "failed";
  startedAt: string;
  endedAt?: string;
  /** Streams with metadata and tombstoned streams that were looked at, of how many. */
  streamsDone: number;
  streams: number;
  eventsDropped: number;
  /** Data, metadata and types of these events. */
  bytesDropped: number;
  /** Space in the file that new events will use, before the file grows. */
  bytesFree: number;
  /** Why it failed. */
  message?: string;
}

/** Where the next slice begins: behind that metadata stream, then behind that tombstoned stream. */
export type Cursor = { phase: "metadata"; after: string } | { phase: "tombstones"; after: number };

/** A scavenge as it is stored. */
export interface ScavengeRecord {
  scavenge: Scavenge;
  cursor: Cursor;
}

const KEPT = 20;

/** The scavenges of a log, the last ones, in its own file: so a restarted node knows what was done. */
export class ScavengeRecords {
  readonly #last: StatementSync;
  readonly #save: StatementSync;
  readonly #forget: StatementSync;

  constructor(db: DatabaseSync) {
    this.#last = db.prepare("SELECT progress FROM scavenges ORDER BY number DESC LIMIT 1");
    this.#save = db.prepare(
      `INSERT INTO scavenges (number, id, state, progress)
       VALUES ((SELECT coalesce(max(number), 0) + 1 FROM scavenges), ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET state = excluded.state, progress = excluded.progress`,
    );
    this.#forget = db.prepare(`DELETE FROM scavenges WHERE number <= (SELECT max(number) FROM scavenges) - ${KEPT}`);
  }

  /** The scavenge that was begun last; one that a node left running was stopped with it. */
  last(): ScavengeRecord | undefined {
    const row = this.#last.get();
    if (!row) return undefined;
    // Written by `save` below and by nobody else.
    const record = JSON.parse(String(row.progress)) as ScavengeRecord;
    const { scavenge } = record;
    return scavenge.state === "running" ? { ...record, scavenge: { ...scavenge, state: "stopped" } } : record;
  }

  /** Only inside the writer's transaction. */
  save(record: ScavengeRecord): void {
    this.#save.run(record.scavenge.scavengeId, record.scavenge.state, JSON.stringify(record));
    this.#forget.run();
  }
}
