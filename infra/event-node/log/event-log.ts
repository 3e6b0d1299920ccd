import type { DatabaseSync, SQLOutputValue, StatementSync } from "node:sqlite";
import { LIMITS } from "../limits.ts";
import type { ProposedEvent } from "../wire/append-requests.ts";
import { type EventRow, FLAG_JSON, rowChecksum } from "./event-row.ts";
import { type KnownStream, Streams } from "./streams.ts";

/** An event as it lies in the log, with what its answer needs of its stream. */
export interface LoggedEvent extends EventRow {
  stream: KnownStream;
  streamField: Buffer;
}

/** A row whose checksum is wrong, or whose stream is gone. The file is damaged there, and the row is not served. */
export class DamagedRow extends Error {
  readonly position: number;
  constructor(position: number, what: string) {
    super(`the event at position ${position} is damaged: ${what}`);
    this.position = position;
  }
}

const COLUMNS = "position, stream, revision, id, type, flags, created, metadata, data, checksum";
/** The columns in this order, as `setReturnArrays` gives them. */
type Cells = [number, number, number, Uint8Array, string, number, number, Uint8Array, Uint8Array, number];

/** The events table: what the writer inserts and what reads and repeats look up. All calls are synchronous. */
export class EventLog {
  readonly streams: Streams;
  readonly #insert: StatementSync;
  readonly #latest: StatementSync;
  readonly #at: StatementSync;
  readonly #pages: Record<"streamForward" | "streamBackward" | "allForward" | "allBackward", StatementSync>;
  #lastPosition: number;
  #lastCreated: number;

  constructor(db: DatabaseSync) {
    this.streams = new Streams(db);
    this.#insert = db.prepare(`INSERT INTO events (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
    // Left to itself the planner walks the stream backwards by revision until it meets the id.
    this.#latest = db.prepare(
      `SELECT revision, position FROM events INDEXED BY events_by_id
       WHERE stream = ? AND id = ? ORDER BY position DESC LIMIT 1`,
    );
    this.#at = db.prepare("SELECT id, position FROM events WHERE stream = ? AND revision = ?");
    const page = (where: string) => {
      const statement = db.prepare(`SELECT ${COLUMNS} FROM events WHERE ${where} LIMIT ?`);
      statement.setReturnArrays(true);
      return statement;
    };
    this.#pages = {
      streamForward: page("stream = ? AND revision >= ? ORDER BY revision"),
      streamBackward: page("stream = ? AND revision <= ? ORDER BY revision DESC"),
      allForward: page("position >= ? ORDER BY position"),
      allBackward: page("position < ? ORDER BY position DESC"),
    };
    const last = db.prepare("SELECT position, created FROM events ORDER BY position DESC LIMIT 1").get();
    this.#lastPosition = Number(last?.position ?? 0);
    this.#lastCreated = Number(last?.created ?? 0);
  }

  /** Position of the last event, 0 for an empty log. Inside a transaction of the writer it is ahead of what is committed. */
  get lastPosition(): number {
    return this.#lastPosition;
  }

  /** Microseconds since 1970 for the events of one append; never earlier than what was stored before. */
  createdNow(): number {
    this.#lastCreated = Math.max(this.#lastCreated, Date.now() * 1000);
    return this.#lastCreated;
  }

  /** Adds an event behind the stream's head. Only inside the writer's transaction. */
  insert(stream: KnownStream, event: ProposedEvent, created: number): LoggedEvent {
    const row: LoggedEvent = {
      position: this.#lastPosition + 1,
      stream,
      streamName: stream.name,
      streamField: stream.field,
      revision: stream.head + 1,
      id: event.id,
      type: event.type,
      flags: event.json ? FLAG_JSON : 0,
      created,
      metadata: event.metadata,
      data: event.data,
    };
    const { position, revision, id, type, flags, metadata, data } = row;
    this.#insert.run(position, stream.id, revision, id, type, flags, created, metadata, data, rowChecksum(row));
    this.#lastPosition = position;
    stream.head = revision;
    return row;
  }

  /** Where the event with that id was stored in the stream; the last place, should it be there several times. */
  latest(stream: KnownStream, id: Uint8Array): { revision: number; position: number } | undefined {
    const row = this.#latest.get(stream.id, id);
    return row && { revision: Number(row.revision), position: Number(row.position) };
  }

  /** Which event is stored at that revision. */
  at(stream: KnownStream, revision: number): { id: Uint8Array; position: number } | undefined {
    const row = this.#at.get(stream.id, revision);
    // The column is declared BLOB NOT NULL in a STRICT table.
    return row && { id: row.id as Uint8Array, position: Number(row.position) };
  }

  /** A page of a stream from a revision, inclusive. Throws DamagedRow. */
  streamPage(stream: KnownStream, from: number, backwards: boolean, limit: number): LoggedEvent[] {
    const statement = backwards ? this.#pages.streamBackward : this.#pages.streamForward;
    return this.#page(statement.iterate(stream.id, from, Math.min(limit, LIMITS.pageEvents)));
  }

  /** A page of everything from a position: inclusive forwards, exclusive backwards. Throws DamagedRow. */
  allPage(from: number, backwards: boolean, limit: number): LoggedEvent[] {
    const statement = backwards ? this.#pages.allBackward : this.#pages.allForward;
    return this.#page(statement.iterate(from, Math.min(limit, LIMITS.pageEvents)));
  }

  /** A page is never empty when there is an event left, and ends early once it is large. */
  #page(rows: Iterable<Record<string, SQLOutputValue>>): LoggedEvent[] {
    const events: LoggedEvent[] = [];
    let size = 0;
    for (const row of rows) {
      // setReturnArrays makes each row the array of its cells; the declared type does not say so.
      const event = this.#event(row as unknown as Cells);
      events.push(event);
      size += event.data.length + event.metadata.length;
      if (size >= LIMITS.pageBytes) break;
    }
    return events;
  }

  #event(cells: Cells): LoggedEvent {
    const [position, streamId, revision, id, type, flags, created, metadata, data, checksum] = cells;
    const stream = this.streams.numbered(streamId);
    if (!stream) throw new DamagedRow(position, `stream ${streamId} is not known`);
    const { name: streamName, field: streamField } = stream;
    const event = { position, stream, streamName, streamField, revision, id, type, flags, created, metadata, data };
    if (rowChecksum(event) !== checksum) throw new DamagedRow(position, "its checksum does not match");
    return event;
  }
}
