import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { writeFileAtomically } from "./files.ts";

/** Another process holds the data folder. */
export class FolderLockedError extends Error {
  readonly code = "folder_locked";
}

/**
 * Takes the data folder for this process, or throws FolderLockedError that names the holder.
 *
 * The lock is the kernel's (SQLite's exclusive lock on a file of its own), because it ends with its process however
 * that dies: there is no stale lock to recognise, and no pid that a later process could have inherited. The file
 * beside it only says who holds it, for people.
 */
export async function lockFolder(data: string): Promise<{ release(): Promise<void> }> {
  const run = join(data, "run");
  await mkdir(run, { recursive: true });
  const holderFile = join(run, "supervisor.pid");
  const lock = new DatabaseSync(join(run, "supervisor.lock"));
  try {
    // A process that was killed a moment ago may still be about to give up its files.
    lock.exec("PRAGMA busy_timeout = 1000; BEGIN EXCLUSIVE");
  } catch (error) {
    lock.close();
    if ((error as { errcode?: number }).errcode !== SQLITE_BUSY) throw error;
    const holder = (await readFile(holderFile, "utf8").catch(() => "")).trim();
    throw new FolderLockedError(
      `${data} is in use by another run${holder ? ` (process ${holder})` : ""}: end that one first, or set ORDERTRAIL_DATA to another folder`,
    );
  }
  await writeFileAtomically(holderFile, `${process.pid}\n`);
  return {
    release: async () => {
      await rm(holderFile, { force: true });
      lock.close();
    },
  };
}

const SQLITE_BUSY = 5;
