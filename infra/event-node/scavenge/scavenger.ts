import { randomUUID } from "node:crypto";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { setTimeout as pause } from "node:timers/promises";
import { LIMITS } from "../limits.ts";
import { PAGE_SIZE } from "../log/database.ts";
import type { EventLog } from "../log/event-log.ts";
import { originalOf } from "../log/stream-rules.ts";
import type { KnownStream } from "../log/streams.ts";
import type { Writer } from "../log/writer.ts";
import { HiddenEvents } from "./drop-hidden.ts";
import { type Cursor, type Scavenge, type ScavengeRecord, ScavengeRecords } from "./scavenge-record.ts";

/** Names of metadata streams lie between these two. */
const FIRST_META = "$$";
const BEHIND_META = "$%";

/**
 * Removes from the log what the metadata of streams hides, when somebody asks for it. It works in slices of a few
 * milliseconds inside the writer's commits, and rests longer than it works, so that appends go on beside it. Each slice
 * commits what it removed together with how far it is: a node that is killed goes on there at the next start.
 */
export class Scavenger {
  readonly #db: DatabaseSync;
  readonly #log: EventLog;
  readonly #writer: Writer;
  readonly #hidden: HiddenEvents;
  readonly #records: ScavengeRecords;
  readonly #nextMeta: StatementSync;
  readonly #nextTombstone: StatementSync;
  #record: ScavengeRecord | undefined;
  #stopAsked = false;
  #running: Promise<void> | undefined;

  constructor(db: DatabaseSync, log: EventLog, writer: Writer) {
    this.#db = db;
    this.#log = log;
    this.#writer = writer;
    this.#hidden = new HiddenEvents(db, log);
    this.#records = new ScavengeRecords(db);
    this.#nextMeta = db.prepare("SELECT name FROM streams WHERE name > ? AND name < ? ORDER BY name LIMIT 1");
    this.#nextTombstone = db.prepare("SELECT stream FROM tombstones WHERE stream > ? ORDER BY stream LIMIT 1");
    this.#record = this.#records.last();
  }

  /** The scavenge that was begun last, undefined when there never was one. */
  get last(): Scavenge | undefined {
    return this.#record?.scavenge;
  }

  /** Begins a scavenge, or goes on with one that was not finished; one that runs is left alone (`already`). */
  start(): { scavengeId: string; already: boolean } {
    if (this.#running && this.#record) return { scavengeId: this.#record.scavenge.scavengeId, already: true };
    const last = this.#record;
    const record = last && last.scavenge.state !== "completed" ? continued(last) : this.#begun();
    this.#record = record;
    this.#stopAsked = false;
    this.#running = this.#run(record).finally(() => {
      this.#running = undefined;
    });
    return { scavengeId: record.scavenge.scavengeId, already: false };
  }

  /** Stops a running scavenge behind its slice. False when none with that id runs. */
  stop(scavengeId: string): boolean {
    if (!this.#running || this.#record?.scavenge.scavengeId !== scavengeId) return false;
    this.#stopAsked = true;
    return true;
  }

  /** Stops whatever runs, and resolves when nothing writes any more. */
  async close(): Promise<void> {
    this.#stopAsked = true;
    await this.#running;
  }

  #begun(): ScavengeRecord {
    const metadata = this.#db
      .prepare("SELECT count(*) AS count FROM streams WHERE name >= ? AND name < ?")
      .get(FIRST_META, BEHIND_META);
    const tombstones = this.#db.prepare("SELECT count(*) AS count FROM tombstones").get();
    const scavenge: Scavenge = {
      scavengeId: randomUUID(),
      state: "running",
      startedAt: new Date().toISOString(),
      streamsDone: 0,
      streams: Number(metadata?.count) + Number(tombstones?.count),
      eventsDropped: 0,
      bytesDropped: 0,
      bytesFree: this.#bytesFree(),
    };
    return { scavenge, cursor: { phase: "metadata", after: "" } };
  }

  async #run(record: ScavengeRecord): Promise<void> {
    const { scavenge } = record;
    try {
      for (let more = true; more && !this.#stopAsked; ) {
        const begun = performance.now();
        more = await this.#writer.work(() => this.#slice(record));
        if (more) await pause(Math.max(1, LIMITS.scavengeRest * (performance.now() - begun)));
      }
      scavenge.state = this.#stopAsked ? "stopped" : "completed";
    } catch (error) {
      scavenge.state = "failed";
      scavenge.message = error instanceof Error ? error.message : String(error);
    }
    scavenge.endedAt = new Date().toISOString();
    // A writer that has stopped keeps no record; the next node finds the last slice's.
    await this.#writer.work(() => this.#records.save(record)).catch(() => {});
  }

  /** Works for a moment; false when there is nothing left to look at. */
  #slice(record: ScavengeRecord): boolean {
    const { scavenge } = record;
    const end = performance.now() + LIMITS.scavengeSlice;
    let more = true;
    while (more && performance.now() < end) more = this.#step(record);
    scavenge.bytesFree = this.#bytesFree();
    this.#records.save(record);
    return more;
  }

  /** Looks at one stream, or goes on with one that hides much; false when there is none left. */
  #step(record: ScavengeRecord): boolean {
    const { scavenge, cursor } = record;
    const streams = this.#next(cursor);
    if (streams === undefined) {
      if (cursor.phase === "tombstones") return false;
      record.cursor = { phase: "tombstones", after: 0 };
      return true;
    }
    let left: number = LIMITS.scavengeEvents;
    for (const stream of streams.look) {
      const { events, bytes } = this.#hidden.drop(stream, left);
      scavenge.eventsDropped += events;
      scavenge.bytesDropped += bytes;
      left -= events;
      // The same stream is looked at again: it may hide more.
      if (left === 0) return true;
    }
    scavenge.streamsDone++;
    record.cursor = streams.behind;
    return true;
  }

  #next(cursor: Cursor): { look: KnownStream[]; behind: Cursor } | undefined {
    const { streams } = this.#log;
    const known = (stream: KnownStream | undefined) => (stream ? [stream] : []);
    if (cursor.phase === "tombstones") {
      const row = this.#nextTombstone.get(cursor.after);
      if (!row) return undefined;
      const after = Number(row.stream);
      return { look: known(streams.numbered(after)), behind: { phase: "tombstones", after } };
    }
    const row = this.#nextMeta.get(cursor.after || FIRST_META, BEHIND_META);
    if (!row) return undefined;
    const name = String(row.name);
    const look = [...known(streams.named(originalOf(name) ?? "")), ...known(streams.named(name))];
    return { look, behind: { phase: "metadata", after: name } };
  }

  #bytesFree(): number {
    return Number(this.#db.prepare("PRAGMA freelist_count").get()?.freelist_count) * PAGE_SIZE;
  }
}

function continued({ scavenge, cursor }: ScavengeRecord): ScavengeRecord {
  const { endedAt: _, message: __, ...rest } = scavenge;
  return { scavenge: { ...rest, state: "running" }, cursor };
}
