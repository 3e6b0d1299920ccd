import { copyFileSync, existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { checkFile } from "../check/check-file.ts";
import { lockDataDir } from "../log/data-dir.ts";
import type { BackupProgress } from "./backup.ts";
import { BACKUP_FILE, BackupError, type BackupManifest, readManifest, sha256Of, syncToDisk } from "./manifest.ts";

/**
 * Makes the data folder of a node from a backup. The backup is compared with its manifest and checked first; a folder
 * that holds an event log is refused, as is one that a node uses. Throws BackupError, or DataDirError when the folder
 * cannot be written.
 */
export async function restoreLog(
  backup: string,
  dataDir: string,
  onProgress: (progress: BackupProgress) => void = () => {},
): Promise<BackupManifest> {
  const manifest = readManifest(backup);
  const source = join(backup, BACKUP_FILE);
  const target = join(dataDir, BACKUP_FILE);
  refuseOther(dataDir);
  if (!existsSync(source)) throw new BackupError(`there is no ${BACKUP_FILE} in ${backup}`);
  const lock = lockDataDir(dataDir);
  const partial = `${target}.partial`;
  try {
    copyFileSync(source, partial);
    if ((await sha256Of(partial)) !== manifest.sha256)
      throw new BackupError(`${source} is not the file that its manifest describes: its SHA-256 differs`);
    const report = await checkFile(partial, onProgress);
    if (!report.sound) throw new BackupError(`the backup is damaged: ${report.findings[0]?.message}`);
    syncToDisk(partial);
    refuseOther(dataDir);
    renameSync(partial, target);
    syncToDisk(dataDir);
    return manifest;
  } finally {
    rmSync(partial, { force: true });
    lock.release();
  }
}

/** Nothing of another log may be there: SQLite would bring what a write-ahead log holds into the restored file. */
function refuseOther(dataDir: string): void {
  if (existsSync(join(dataDir, BACKUP_FILE)))
    throw new BackupError(`${dataDir} holds an event log already; nothing was overwritten`);
  const left = ["-wal", "-shm", "-journal"]
    .map((end) => BACKUP_FILE + end)
    .find((name) => existsSync(join(dataDir, name)));
  if (left !== undefined)
    throw new BackupError(`${dataDir} holds ${left}, which is left of another event log: move it away first`);
}
