import { closeSync, fstatSync, fsyncSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { LIMITS } from "../limits.ts";
import { DataDirError } from "./data-dir.ts";
import { walDamage } from "./wal-damage.ts";

export const SCHEMA_VERSION = 2;
export const PAGE_SIZE = 8_192;

/**
 * Pages of 8 KiB hold seven events of 1 KiB where 4 KiB hold three; commits of single events were 1.4 times as fast.
 * Both indexes begin with the stream's number and not with its random name or the event's random id, so that new
 * streams write at their right end.
 */
const SCHEMA = `
  CREATE TABLE streams (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
  ) STRICT;
  CREATE TABLE events (
    position INTEGER PRIMARY KEY,
    stream   INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    id       BLOB NOT NULL,
    type     TEXT NOT NULL,
    flags    INTEGER NOT NULL,
    created  INTEGER NOT NULL,
    metadata BLOB NOT NULL,
    data     BLOB NOT NULL,
    checksum INTEGER NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX events_by_stream ON events (stream, revision);
  CREATE INDEX events_by_id ON events (stream, id);
`;

/** What came with version 2. The columns are described in `event-row.ts`. */
const SCAVENGING = `
  CREATE TABLE tombstones (
    stream INTEGER PRIMARY KEY
  ) STRICT;
  CREATE TABLE scavenged (
    stream   INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    id       BLOB NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (stream, revision)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX scavenged_by_id ON scavenged (stream, id);
  CREATE TABLE scavenges (
    number   INTEGER PRIMARY KEY,
    id       TEXT NOT NULL UNIQUE,
    state    TEXT NOT NULL,
    progress TEXT NOT NULL
  ) STRICT;
`;

export interface EventDatabase {
  db: DatabaseSync;
  path: string;
}

/**
 * Opens or makes `events.db` in a directory that this process has locked. The columns are described in `event-row.ts`.
 * A write-ahead log that is damaged is refused, unless the commits behind the damage may be lost.
 */
export function openDatabase(dir: string, acceptLoss = false): EventDatabase {
  const path = join(dir, "events.db");
  const damage = acceptLoss ? undefined : walDamage(`${path}-wal`);
  if (damage)
    throw new DataDirError(
      `the write-ahead log ${path}-wal is damaged at byte ${damage.offset}: ${damage.commits} commits from there on would be lost, acknowledged events among them. Keep a copy of both files, and restore a backup; or go on without these commits: --accept-loss`,
    );
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path, { timeout: 5_000 });
    db.exec(`PRAGMA page_size = ${PAGE_SIZE}; PRAGMA journal_mode = WAL`);
    // A commit returns when the log is on the disk. Checkpoints are made elsewhere: see wal-checkpoints.ts.
    db.exec("PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -65536");
    const version = db.prepare("PRAGMA user_version").get()?.user_version;
    const set = `PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`;
    if (version === 0) db.exec(`BEGIN; ${SCHEMA} ${SCAVENGING} ${set}`);
    else if (version === 1) db.exec(`BEGIN; ${SCAVENGING} ${set}`);
    else if (version !== SCHEMA_VERSION)
      throw new Error(`its version is ${version}, this program knows ${SCHEMA_VERSION}`);
    // The first write makes the file.
    db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
    prepareWal(`${path}-wal`);
  } catch (error) {
    db?.close();
    throw new DataDirError(`the event log ${path} cannot be opened: ${(error as Error).message}`);
  }
  return { db, path };
}

/**
 * Fills the write-ahead log's file with zeros behind what it holds. A commit that makes the file longer has to write
 * the file system's journal as well as the data: measured on ext4, 940 to 2,900 commits a second against 6,400 into a
 * file that is long enough. SQLite ignores what lies behind its last valid frame.
 */
function prepareWal(wal: string): void {
  const file = openSync(wal, "r+");
  try {
    const zeros = Buffer.alloc(1024 * 1024);
    for (let at = fstatSync(file).size; at < LIMITS.walPreparedBytes; at += zeros.length)
      writeSync(file, zeros, 0, zeros.length, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
