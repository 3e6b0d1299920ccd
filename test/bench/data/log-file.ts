import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { openDatabase } from "../../../infra/event-node/log/database.ts";
import { EventLog } from "../../../infra/event-node/log/event-log.ts";
import type { EventStore, ExpectedRevision, StorableEvent } from "../../../infra/event-store/port.ts";

/** Appends in one commit. */
const COMMIT_APPENDS = 5_000;

/**
 * The file of an event node that does not run, for logs of millions of events: written with the node's own code, without
 * a client, a server and an fsync for each append. What is lost when this process dies is a file that nobody uses.
 */
export class LogFile implements Pick<EventStore, "append" | "readStream"> {
  readonly #db: DatabaseSync;
  readonly #log: EventLog;
  #waiting = 0;
  /** Of data and metadata. */
  bytes = 0;

  constructor(dir: string) {
    this.#db = openDatabase(dir).db;
    this.#db.exec("PRAGMA synchronous = OFF; PRAGMA wal_autocheckpoint = 4000; BEGIN");
    this.#log = new EventLog(this.#db);
  }

  async append(stream: string, events: readonly StorableEvent[], expected: ExpectedRevision) {
    const { streams } = this.#log;
    const known = expected === "no_stream" ? streams.create(stream) : streams.named(stream);
    if (known === undefined) throw new Error(`there is no stream ${stream}`);
    const created = this.#log.createdNow();
    for (const { id, type, data, metadata } of events) {
      const body = { data: Buffer.from(JSON.stringify(data)), metadata: Buffer.from(JSON.stringify(metadata)) };
      const size = body.data.length + body.metadata.length;
      this.#log.insert(
        known,
        { id: Buffer.from(id.replaceAll("-", ""), "hex"), type, json: true, ...body, size },
        created,
      );
      this.bytes += size;
    }
    if (++this.#waiting % COMMIT_APPENDS === 0) this.#db.exec("COMMIT; BEGIN");
    const position = BigInt(this.#log.lastPosition);
    return { revision: BigInt(known.head), position: { commit: position, prepare: position } };
  }

  readStream(): Promise<never> {
    return Promise.reject(new Error("a file that is being written is not read"));
  }

  /** Commits the rest and leaves one file. */
  close(): void {
    this.#db.exec("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
    this.#db.close();
  }
}

/** Where a finished file says what is in it. */
export const contentsOf = (dir: string): string => join(dir, "contents.json");
