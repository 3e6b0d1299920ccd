import { existsSync } from "node:fs";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";
import type { Pool } from "pg";
import type { Config } from "../../infra/config.ts";
import { type BackupProgress, backupLog } from "../../infra/event-node/backup/backup.ts";
import { writeKeysFile } from "../../infra/keys/keys-file.ts";
import { createPool } from "../../infra/postgres/pool.ts";
import { readIfExists, writeFileAtomically } from "../../infra/supervisor/files.ts";
import { VERSION } from "../roles/foundation.ts";
import { withDatabase } from "./engines-at-hand.ts";
import { SystemBackupError, type SystemManifest, systemManifestPath } from "./manifest.ts";

export interface MadeBackup {
  readonly path: string;
  readonly manifest: SystemManifest;
}

/**
 * Copies what cannot be derived from anything else: the event log, and into a file of its own the keys. The log comes
 * first, so that the keys are those of every customer that the copied log knows.
 */
export async function makeBackup(
  config: Config,
  target: string,
  keysFile: string | undefined,
  onProgress: (progress: BackupProgress) => void,
): Promise<MadeBackup> {
  const path = await placeFor(resolve(target));
  if (keysFile !== undefined && isInside(resolve(keysFile), path)) {
    throw new SystemBackupError("the keys open everything in the backup: put their file somewhere else than beside it");
  }
  const partial = join(dirname(path), `.${basename(path)}.partial-${process.pid}`);
  await mkdir(partial, { recursive: true, mode: 0o700 });
  try {
    const events =
      config.EVENTSTORE_URL === undefined
        ? (await backupLog(join(config.ORDERTRAIL_DATA, "events"), join(partial, "events"), onProgress)).manifest
        : undefined;
    const asked = await withDatabase(config, (url) => askDatabase(config, url, keysFile));
    const manifest: SystemManifest = {
      format: "ordertrail-backup/1",
      createdAt: new Date().toISOString(),
      version: VERSION,
      events: events
        ? { position: events.position, events: events.events, streams: events.streams, sha256: events.sha256 }
        : null,
      ...asked,
    };
    await writeFileAtomically(systemManifestPath(partial), `${JSON.stringify(manifest, null, 2)}\n`, 0o600);
    await rename(partial, path);
    return { path, manifest };
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

async function askDatabase(config: Config, url: string, keysFile: string | undefined) {
  const pool = createPool({ ...config, DATABASE_URL: url }, { applicationName: "ordertrail backup", max: 2 });
  try {
    const keys = keysFile === undefined ? null : await writeKeysFile(pool, await secrets(config), keysFile, new Date());
    return { keys, consumers: await positions(pool) };
  } finally {
    await pool.end();
  }
}

/** The installation's keys as they lie in the data folder; those from the environment are kept where they came from. */
async function secrets(config: Config) {
  const read = async (name: string) => (await readIfExists(join(config.ORDERTRAIL_DATA, "keys", name)))?.trim();
  return {
    masterKey: config.ORDERTRAIL_MASTER_KEY === undefined ? await read("master.key") : undefined,
    fingerprintKey: config.ORDERTRAIL_FINGERPRINT_KEY === undefined ? await read("fingerprint.key") : undefined,
  };
}

async function positions(pool: Pool): Promise<Record<string, string | null>> {
  const { rows } = await pool.query<{ name: string; commit: string | null }>(
    "SELECT name, commit FROM runner.positions ORDER BY name",
  );
  return Object.fromEntries(rows.map(({ name, commit }) => [name, commit]));
}

async function placeFor(target: string): Promise<string> {
  if (!existsSync(target)) return target;
  if (!(await stat(target)).isDirectory()) throw new SystemBackupError(`${target} is there already, and is no folder`);
  const time = new Date().toISOString().replace(/[-:]/g, "").replace(/\..*/, "Z");
  const path = join(target, `ordertrail-${time}`);
  if (existsSync(path)) throw new SystemBackupError(`${path} is there already`);
  return path;
}

function isInside(file: string, folder: string): boolean {
  const way = relative(folder, file);
  return !way.startsWith("..") && !isAbsolute(way);
}
