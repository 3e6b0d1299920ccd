import type { DatabaseSync, StatementSync } from "node:sqlite";
import { LRUCache } from "lru-cache";
import { NO_EVENTS } from "../calls/expected.ts";
import { LIMITS } from "../limits.ts";
import { encodeStreamField } from "../wire/event-encoding.ts";
import { DamagedRow, type EventRow, FLAG_JSON, rowChecksum } from "./event-row.ts";
import {
  DELETED,
  fixedRules,
  metastreamOf,
  NO_RULES,
  originalOf,
  parseRules,
  type StreamRules,
} from "./stream-rules.ts";

/**
 * A stream that has been written to. `head` is its last revision, as of the last append of the writer; DELETED once it
 * was tombstoned.
 */
export interface KnownStream {
  readonly id: number;
  readonly name: string;
  readonly field: Buffer;
  head: number;
  /** What its metadata says; undefined until somebody asked, and again when the metadata was written. */
  rules: StreamRules | undefined;
}

/** Names, numbers, heads and rules of streams: the recently used ones in memory, the rest in the tables. */
export class Streams {
  readonly #byName = new LRUCache<string, KnownStream>({ max: LIMITS.knownStreams });
  readonly #byId = new LRUCache<number, KnownStream>({ max: LIMITS.knownStreams });
  readonly #findName: StatementSync;
  readonly #findId: StatementSync;
  readonly #findHead: StatementSync;
  readonly #findLast: StatementSync;
  readonly #insert: StatementSync;
  #lastId: number;

  constructor(db: DatabaseSync) {
    this.#findName = db.prepare("SELECT id FROM streams WHERE name = ?");
    this.#findId = db.prepare("SELECT name FROM streams WHERE id = ?");
    this.#findHead = db.prepare("SELECT max(revision) AS head FROM events WHERE stream = ?");
    this.#findLast = db.prepare(
      "SELECT position, revision, id, type, flags, created, metadata, data, checksum FROM events WHERE stream = ? AND revision = ?",
    );
    this.#insert = db.prepare("INSERT INTO streams (id, name) VALUES (?, ?)");
    this.#lastId = Number(db.prepare("SELECT max(id) AS id FROM streams").get()?.id ?? 0);
  }

  /** The stream of that name, or undefined when it has never been written to. */
  named(name: string): KnownStream | undefined {
    const known = this.#byName.get(name);
    if (known) return known;
    const row = this.#findName.get(name);
    return row ? this.#remember(Number(row.id), name) : undefined;
  }

  /** The stream with that number; a row that names one that is not there is damage, left to the reader to report. */
  numbered(id: number): KnownStream | undefined {
    const known = this.#byId.get(id);
    if (known) return known;
    const row = this.#findId.get(id);
    return row ? this.#remember(id, String(row.name)) : undefined;
  }

  /** Makes a stream without events. Only inside the writer's transaction. */
  create(name: string): KnownStream {
    const id = this.#lastId + 1;
    this.#insert.run(id, name);
    this.#lastId = id;
    return this.#remember(id, name, NO_EVENTS);
  }

  /** True when the stream, or the one whose metadata it holds, was tombstoned: it can never be written or read again. */
  isTombstoned(name: string): boolean {
    const original = originalOf(name);
    if (original !== undefined && this.named(original)?.head === DELETED) return true;
    return this.named(name)?.head === DELETED;
  }

  /** What the metadata of the stream says; also of one that has not been written to. Throws DamagedRow. */
  rules(name: string): StreamRules {
    const stream = this.named(name);
    if (!stream) return fixedRules(name) ?? this.#readRules(name);
    stream.rules ??= fixedRules(name) ?? this.#readRules(name);
    return stream.rules;
  }

  /** The data of the last metadata event of a stream; undefined when it has none. Throws DamagedRow. */
  metadata(name: string): Uint8Array | undefined {
    const meta = this.named(metastreamOf(name));
    const cells = meta && this.#findLast.get(meta.id, meta.head);
    if (!cells) return undefined;
    // The columns have these types in a STRICT table.
    const row = cells as unknown as Omit<EventRow, "streamName"> & { checksum: number };
    // What is hidden is also what a scavenge removes, so nothing is hidden by what the disk made of a row.
    if (rowChecksum({ ...row, streamName: meta.name }) !== row.checksum)
      throw new DamagedRow(row.position, "its checksum does not match");
    return (row.flags & FLAG_JSON) !== 0 ? row.data : undefined;
  }

  /** To be called when an event was written to `name`: if it holds metadata, that of another stream has changed. */
  written(name: string): void {
    const original = originalOf(name);
    // Not only a look into one of the caches: the stream may be kept in the other one.
    const known = original === undefined ? undefined : this.named(original);
    if (known) known.rules = undefined;
  }

  #readRules(name: string): StreamRules {
    const data = this.metadata(name);
    return data ? parseRules(data) : NO_RULES;
  }

  #remember(id: number, name: string, head?: number): KnownStream {
    // Two lookups of one stream must share one object: its head is written to it.
    const twin = this.#byName.peek(name) ?? this.#byId.peek(id);
    const stream = twin ?? {
      id,
      name,
      field: encodeStreamField(name),
      head: head ?? this.#readHead(id),
      rules: undefined,
    };
    this.#byName.set(name, stream);
    this.#byId.set(id, stream);
    return stream;
  }

  #readHead(id: number): number {
    return Number(this.#findHead.get(id)?.head ?? NO_EVENTS);
  }
}
