import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { EventLog } from "../log/event-log.ts";
import { DamagedRow, type EventRow, rowChecksum } from "../log/event-row.ts";
import { DELETED } from "../log/stream-rules.ts";
import type { KnownStream } from "../log/streams.ts";

export interface Dropped {
  events: number;
  /** Data, metadata and types of these events. */
  bytes: number;
}

/**
 * Removes what a stream hides. What stays: everything its readers see, its last event (so that the stream, its
 * numbering and its metadata are known, and a repeated key creates no order anew), and of every removed event its id,
 * revision and position: appends are decided as before, and the check tells removed from lost.
 */
export class HiddenEvents {
  readonly #log: EventLog;
  readonly #select: StatementSync;
  readonly #keepId: StatementSync;
  readonly #delete: StatementSync;

  constructor(db: DatabaseSync, log: EventLog) {
    this.#log = log;
    this.#select = db.prepare(
      `SELECT position, revision, id, type, flags, created, metadata, data, checksum
       FROM events WHERE stream = ? AND revision < ? ORDER BY revision LIMIT ?`,
    );
    this.#keepId = db.prepare("INSERT INTO scavenged (stream, revision, id, position) VALUES (?, ?, ?, ?)");
    this.#delete = db.prepare("DELETE FROM events WHERE position = ?");
  }

  /**
   * Removes up to `limit` hidden events of a stream, oldest first; fewer than that when there are no more. Only inside
   * the writer's transaction. Throws DamagedRow, before anything is removed, when a row is not what was written: whether
   * it is hidden is not known then.
   */
  drop(stream: KnownStream, limit: number): Dropped {
    const before = stream.head === DELETED ? DELETED : Math.min(this.#log.firstVisible(stream), stream.head);
    // The columns have these types in a STRICT table.
    const rows = this.#select.all(stream.id, before, limit) as unknown as (Omit<EventRow, "streamName"> & {
      checksum: number;
    })[];
    for (const row of rows)
      if (rowChecksum({ ...row, streamName: stream.name }) !== row.checksum)
        throw new DamagedRow(row.position, "its checksum does not match; check the file before you scavenge it");
    let bytes = 0;
    for (const { position, revision, id, type, metadata, data } of rows) {
      this.#keepId.run(stream.id, revision, id, position);
      this.#delete.run(position);
      bytes += type.length + metadata.length + data.length;
    }
    if (rows.length > 0) this.#log.hasScavenged = true;
    return { events: rows.length, bytes };
  }
}
