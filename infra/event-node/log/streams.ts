import type { DatabaseSync, StatementSync } from "node:sqlite";
import { LRUCache } from "lru-cache";
import { NO_EVENTS } from "../calls/expected.ts";
import { LIMITS } from "../limits.ts";
import { encodeStreamField } from "../wire/event-encoding.ts";

/** A stream that has been written to. `head` is its last revision, as of the last append of the writer. */
export interface KnownStream {
  readonly id: number;
  readonly name: string;
  readonly field: Buffer;
  head: number;
}

/** Names, numbers and heads of streams: the recently used ones in memory, the rest in the `streams` table. */
export class Streams {
  readonly #byName = new LRUCache<string, KnownStream>({ max: LIMITS.knownStreams });
  readonly #byId = new LRUCache<number, KnownStream>({ max: LIMITS.knownStreams });
  readonly #findName: StatementSync;
  readonly #findId: StatementSync;
  readonly #findHead: StatementSync;
  readonly #insert: StatementSync;
  #lastId: number;

  constructor(db: DatabaseSync) {
    this.#findName = db.prepare("SELECT id FROM streams WHERE name = ?");
    this.#findId = db.prepare("SELECT name FROM streams WHERE id = ?");
    this.#findHead = db.prepare("SELECT max(revision) AS head FROM events WHERE stream = ?");
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

  #remember(id: number, name: string, head?: number): KnownStream {
    // Two lookups of one stream must share one object: its head is written to it.
    const twin = this.#byName.peek(name) ?? this.#byId.peek(id);
    const stream = twin ?? { id, name, field: encodeStreamField(name), head: head ?? this.#readHead(id) };
    this.#byName.set(name, stream);
    this.#byId.set(id, stream);
    return stream;
  }

  #readHead(id: number): number {
    return Number(this.#findHead.get(id)?.head ?? NO_EVENTS);
  }
}
