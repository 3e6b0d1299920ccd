import { existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { backup as copyDatabase, DatabaseSync } from "node:sqlite";
import { checkFile } from "../check/check-file.ts";
import { type CheckProgress, Findings } from "../check/report.ts";
import { checkWal } from "../check/wal.ts";
import { BACKUP_FILE, BackupError, type BackupManifest, manifestPath, sha256Of, syncToDisk } from "./manifest.ts";

/** Copying counts bytes; the steps after it are those of the check. */
export type BackupProgress = { step: "copy"; done: number; of: number } | CheckProgress;

export interface Backup {
  /** The folder that was made. */
  path: string;
  manifest: BackupManifest;
}

/** More pages than a database can have: everything in one step. */
const ALL_PAGES = 2 ** 31 - 1;
const LOOK_AT_SIZE_MS = 200;

/**
 * Copies the log of a node, running or not, into a new folder: `target`, or one with the time in its name inside
 * `target` when that is a folder already. Everything that was acknowledged before the call is in the copy. The copy is
 * checked, brought to the disk, and only then gets its name. Throws BackupError.
 *
 * One step of SQLite's backup is one read transaction: the node goes on writing beside it, and its write-ahead log
 * grows until the copy is there. In smaller steps every commit in between makes the copy begin anew, and under load it
 * never ends. VACUUM INTO makes a smaller file and held appends up three times as long (p99).
 */
export async function backupLog(
  dataDir: string,
  target: string,
  onProgress: (progress: BackupProgress) => void = () => {},
): Promise<Backup> {
  const source = join(dataDir, BACKUP_FILE);
  if (!existsSync(source)) throw new BackupError(`${dataDir} holds no event log: there is no ${BACKUP_FILE} in it`);
  await refuseDamagedWal(source);
  const path = placeFor(resolve(target));
  const partial = join(dirname(path), `.${basename(path)}.partial-${process.pid}`);
  mkdirSync(partial, { recursive: true });
  try {
    const copy = join(partial, BACKUP_FILE);
    await copyInto(source, copy, onProgress);
    const report = await checkFile(copy, onProgress);
    if (!report.sound)
      throw new BackupError(`the copy is damaged, and so is the log, most likely: ${report.findings[0]?.message}`);
    const manifest: BackupManifest = {
      format: "ordertrail-event-node-backup/1",
      createdAt: new Date().toISOString(),
      position: String(report.lastPosition),
      events: report.events,
      streams: report.streams,
      scavenged: report.scavenged,
      bytes: report.bytes,
      sha256: await sha256Of(copy),
    };
    writeFileSync(manifestPath(partial), `${JSON.stringify(manifest, null, 2)}\n`);
    for (const made of [copy, manifestPath(partial), partial]) syncToDisk(made);
    renameSync(partial, path);
    syncToDisk(dirname(path));
    return { path, manifest };
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    throw error instanceof BackupError ? error : new BackupError(`no backup was made: ${(error as Error).message}`);
  }
}

/** SQLite would leave out what lies behind the damage, and the copy would be sound without it. */
async function refuseDamagedWal(source: string): Promise<void> {
  const findings = new Findings();
  await checkWal(source, findings);
  const [damage] = findings.list;
  if (damage) throw new BackupError(`no backup was made: ${damage.message}`);
}

function placeFor(target: string): string {
  if (!existsSync(target)) return target;
  if (!statSync(target).isDirectory()) throw new BackupError(`${target} is there already, and is no folder`);
  const path = join(target, `event-node-${new Date().toISOString().replace(/[-:]/g, "").replace(/\..*/, "Z")}`);
  if (existsSync(path)) throw new BackupError(`${path} is there already`);
  return path;
}

async function copyInto(source: string, copy: string, onProgress: (progress: BackupProgress) => void): Promise<void> {
  const of = statSync(source).size;
  const look = setInterval(() => {
    if (existsSync(copy)) onProgress({ step: "copy", done: Math.min(of, statSync(copy).size), of });
  }, LOOK_AT_SIZE_MS);
  const db = new DatabaseSync(source, { readOnly: true, timeout: 5_000 });
  try {
    await copyDatabase(db, copy, { rate: ALL_PAGES });
  } finally {
    clearInterval(look);
    db.close();
  }
  // One file that is whole by itself, without a write-ahead log beside it.
  const made = new DatabaseSync(copy);
  made.exec("PRAGMA journal_mode = DELETE");
  made.close();
  onProgress({ step: "copy", done: of, of });
}
