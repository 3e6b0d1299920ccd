import { accessSync, constants, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** The data directory cannot be used; the message says which one, why, and what holds it. */
export class DataDirError extends Error {}

export interface DataDirLock {
  release(): void;
}

/**
 * Makes the directory if needed and takes it for this process alone.
 *
 * The lock is SQLite's own exclusive lock on a small database beside the events: the kernel drops it with the process,
 * also after SIGKILL, so there are no stale locks to clean up and no process ids to compare, which are reused. The
 * holder's id in `event-node.pid` is only there for the message.
 */
export function lockDataDir(dir: string): DataDirLock {
  try {
    mkdirSync(dir, { recursive: true });
    accessSync(dir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new DataDirError(`the data directory ${dir} cannot be written: ${(error as Error).message}`);
  }
  const pidFile = join(dir, "event-node.pid");
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(join(dir, "event-node.lock"));
    db.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    writeFileSync(pidFile, `${process.pid}\n`);
  } catch (error) {
    db?.close();
    const { errcode, message } = error as { errcode?: number; message: string };
    if (errcode !== SQLITE_BUSY) throw new DataDirError(`the data directory ${dir} cannot be locked: ${message}`);
    throw new DataDirError(`the data directory ${dir} is in use by another event node${holder(pidFile)}`);
  }
  const held = db;
  return {
    release() {
      if (!held.isOpen) return;
      rmSync(pidFile, { force: true });
      held.close();
    },
  };
}

const SQLITE_BUSY = 5;

function holder(pidFile: string): string {
  try {
    return ` (process ${readFileSync(pidFile, "utf8").trim()})`;
  } catch {
    return "";
  }
}
