import type { DatabaseSync, SQLOutputValue, StatementSync } from "node:sqlite";
import type { Place } from "../calls/append-decision.ts";
import { LIMITS } from "../limits.ts";
import type { ProposedEvent } from "../wire/append-requests.ts";
import { DamagedRow, type EventRow, FLAG_JSON, joinedRowChecksum, rowChecksum } from "./event-row.ts";
import { DELETED } from "./stream-rules.ts";
import { type KnownStream, Streams } from "./streams.ts";

/** An event as it lies in the log, with what its answer needs of its stream. */
export interface LoggedEvent extends EventRow {
  stream: KnownStream;
  streamField: Buffer;
}

const COLUMNS = "position, stream, revision, id, type, flags, created, metadata, data, checksum";

/**
 * What a page reads of a row. SQLite hands over each blob as an array of its own, which costs more than all the rest of
 * the row: joined into one (`||` copies bytes as they are), a page takes two thirds of the time.
 */
const PAGE_COLUMNS = `position, stream, revision, type, flags, created, checksum,
  length(id), length(metadata), CAST(id || metadata || data AS BLOB)`;
/** These columns in this order, as `setReturnArrays` gives them. */
type Cells = [number, number, number, string, number, number, number, number, number, Uint8Array];

/** Rows of a log's first page; how large its events are is not known yet. */
const FIRST_PAGE = 4;

/** What of a stream is read: a range of revisions without holes up to its head, nothing, or an error. */
export type Visible =
  | { kind: "events"; stream: KnownStream; first: number }
  | { kind: "not-found" }
  | { kind: "tombstoned" };

/** The events table: what the writer inserts and what reads and repeats look up. All calls are synchronous. */
export class EventLog {
  readonly streams: Streams;
  readonly #insert: StatementSync;
  readonly #latest: StatementSync;
  readonly #at: StatementSync;
  readonly #from: StatementSync;
  readonly #scavengedLatest: StatementSync;
  readonly #scavengedAt: StatementSync;
  readonly #tombstone: StatementSync;
  readonly #pages: Record<"streamForward" | "streamBackward" | "allForward" | "allBackward", StatementSync>;
  /** False saves every append with `any` a look for a scavenged event. */
  hasScavenged: boolean;
  #pageRows = FIRST_PAGE;
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
    this.#scavengedLatest = db.prepare(
      "SELECT max(revision) AS revision FROM scavenged INDEXED BY scavenged_by_id WHERE stream = ? AND id = ?",
    );
    this.#scavengedAt = db.prepare("SELECT id FROM scavenged WHERE stream = ? AND revision = ?");
    this.#tombstone = db.prepare("INSERT INTO tombstones (stream) VALUES (?)");
    this.#from = db.prepare(
      "SELECT revision, created FROM events WHERE stream = ? AND revision >= ? ORDER BY revision LIMIT 1",
    );
    const page = (where: string) => {
      const statement = db.prepare(`SELECT ${PAGE_COLUMNS} FROM events WHERE ${where} LIMIT ?`);
      statement.setReturnArrays(true);
      return statement;
    };
    this.#pages = {
      streamForward: page("stream = ? AND revision >= ? ORDER BY revision"),
      streamBackward: page("stream = ? AND revision <= ? ORDER BY revision DESC"),
      allForward: page("position >= ? ORDER BY position"),
      allBackward: page("position < ? ORDER BY position DESC"),
    };
    this.hasScavenged = db.prepare("SELECT 1 FROM scavenged LIMIT 1").get() !== undefined;
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

  /** What readers of the stream see of it now. Throws DamagedRow when its metadata cannot be read. */
  visible(name: string): Visible {
    if (this.streams.isTombstoned(name)) return { kind: "tombstoned" };
    const stream = this.streams.named(name);
    if (!stream || this.streams.rules(name).truncateBefore === DELETED) return { kind: "not-found" };
    return { kind: "events", stream, first: this.firstVisible(stream) };
  }

  /** The revision below which the stream's metadata hides everything; it may lie beyond the head. Throws DamagedRow. */
  firstVisible(stream: KnownStream): number {
    const { maxCount, maxAge, truncateBefore } = this.streams.rules(stream.name);
    const byCount = maxCount === undefined ? 0 : stream.head - maxCount + 1;
    const first = Math.max(truncateBefore, byCount, 0);
    return maxAge === undefined ? first : this.#youngerThan(stream, first, Date.now() * 1000 - maxAge);
  }

  /** The first revision from `low` that was created at `since` or later. Times ascend, so a binary search finds it. */
  #youngerThan(stream: KnownStream, low: number, since: number): number {
    let high = stream.head + 1;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const row = this.#from.get(stream.id, middle);
      if (row && Number(row.created) < since) low = Number(row.revision) + 1;
      else high = middle;
    }
    return low;
  }

  /** Adds an event behind the stream's head, or as its tombstone. Only inside the writer's transaction. */
  insert(stream: KnownStream, event: ProposedEvent, created: number, at = stream.head + 1): LoggedEvent {
    const row: LoggedEvent = {
      position: this.#lastPosition + 1,
      stream,
      streamName: stream.name,
      streamField: stream.field,
      revision: at,
      id: event.id,
      type: event.type,
      flags: event.json ? FLAG_JSON : 0,
      created,
      metadata: event.metadata,
      data: event.data,
    };
    const { position, revision, id, type, flags, metadata, data } = row;
    this.#insert.run(position, stream.id, revision, id, type, flags, created, metadata, data, rowChecksum(row));
    if (revision === DELETED) this.#tombstone.run(stream.id);
    this.#lastPosition = position;
    stream.head = revision;
    this.streams.written(stream.name);
    return row;
  }

  /**
   * Where the event with that id was stored in the stream; the last place, should it be there several times. A
   * scavenged event is still known, without a position: every event that is left lies behind it.
   */
  latest(stream: KnownStream, id: Uint8Array): Place | undefined {
    const row = this.#latest.get(stream.id, id);
    if (row) return { revision: Number(row.revision), position: Number(row.position) };
    if (!this.hasScavenged) return undefined;
    const revision = this.#scavengedLatest.get(stream.id, id)?.revision;
    return typeof revision === "number" ? { revision, position: undefined } : undefined;
  }

  /** Which event is stored at that revision, or was before it was scavenged. */
  at(stream: KnownStream, revision: number): { id: Uint8Array; position: number | undefined } | undefined {
    // Both columns are declared BLOB NOT NULL in a STRICT table.
    const row = this.#at.get(stream.id, revision);
    if (row) return { id: row.id as Uint8Array, position: Number(row.position) };
    const scavenged = this.hasScavenged ? this.#scavengedAt.get(stream.id, revision) : undefined;
    return scavenged && { id: scavenged.id as Uint8Array, position: undefined };
  }

  /** A page of a stream from a revision, inclusive. Throws DamagedRow. */
  streamPage(stream: KnownStream, from: number, backwards: boolean, limit: number): LoggedEvent[] {
    const statement = backwards ? this.#pages.streamBackward : this.#pages.streamForward;
    return this.#page(statement.all(stream.id, from, Math.min(limit, this.#pageRows)));
  }

  /** A page of everything from a position: inclusive forwards, exclusive backwards. Throws DamagedRow. */
  allPage(from: number, backwards: boolean, limit: number): LoggedEvent[] {
    const statement = backwards ? this.#pages.allBackward : this.#pages.allForward;
    return this.#page(statement.all(from, Math.min(limit, this.#pageRows)));
  }

  /**
   * A page is never empty when there is an event left. How many rows make a page of the right size is known from the
   * page before: asking for them at once is faster than stopping in the middle.
   */
  #page(rows: Record<string, SQLOutputValue>[]): LoggedEvent[] {
    let size = 0;
    const events = rows.map((row) => {
      // setReturnArrays makes each row the array of its cells; the declared type does not say so.
      const event = this.#event(row as unknown as Cells);
      size += event.data.length + event.metadata.length;
      return event;
    });
    if (events.length > 0) {
      const fitting = Math.ceil((LIMITS.pageBytes * events.length) / Math.max(1, size));
      this.#pageRows = Math.min(fitting, LIMITS.pageEvents);
    }
    return events;
  }

  #event(cells: Cells): LoggedEvent {
    const [position, streamId, revision, type, flags, created, checksum, idLength, metadataLength, body] = cells;
    const stream = this.streams.numbered(streamId);
    if (!stream) throw new DamagedRow(position, `stream ${streamId} is not known`);
    if (typeof type !== "string" || !(body instanceof Uint8Array))
      throw new DamagedRow(position, "a column is damaged");
    const { name: streamName, field: streamField } = stream;
    const split = idLength + metadataLength;
    const event: LoggedEvent = {
      position,
      stream,
      streamName,
      streamField,
      revision,
      id: body.subarray(0, idLength),
      type,
      flags,
      created,
      metadata: body.subarray(idLength, split),
      data: body.subarray(split),
    };
    if (joinedRowChecksum(event, body.subarray(idLength)) !== checksum)
      throw new DamagedRow(position, "its checksum does not match");
    return event;
  }
}
