import { existsSync } from "node:fs";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Pool } from "pg";
import type { Config } from "../../infra/config.ts";
import type { BackupProgress } from "../../infra/event-node/backup/backup.ts";
import { restoreLog } from "../../infra/event-node/backup/restore.ts";
import { checkKeysFile, type ImportedKeys, importCustomerKeys } from "../../infra/keys/keys-file.ts";
import { migrate } from "../../infra/postgres/migrations.ts";
import { createPool } from "../../infra/postgres/pool.ts";
import { readIfExists, writeFileAtomically } from "../../infra/supervisor/files.ts";
import { lockFolder } from "../../infra/supervisor/folder-lock.ts";
import { MIGRATIONS } from "../database/migrations.ts";
import { type CustomersInLog, settleCustomers } from "./customers-in-log.ts";
import { withStoppedDatabase, withStoppedLog } from "./engines-at-hand.ts";
import { readSystemManifest, SystemBackupError, type SystemManifest } from "./manifest.ts";

export interface Restored {
  readonly data: string;
  readonly log: SystemManifest["events"];
  readonly keys: (ImportedKeys & Pick<CustomersInLog, "erasedAgain" | "withoutKey">) | null;
}

/**
 * Puts the log of a backup, the keys of a keys file, or both into a data folder on which nothing runs. Nothing is
 * overwritten: what is there has to be moved away first, and the message names it.
 */
export async function restoreSystem(
  config: Config,
  from: { readonly backup: string | undefined; readonly keysFile: string | undefined },
  onProgress: (progress: BackupProgress) => void,
): Promise<Restored> {
  const data = config.ORDERTRAIL_DATA;
  const manifest = from.backup === undefined ? undefined : await readSystemManifest(from.backup);
  const keys = from.keysFile === undefined ? undefined : await checkKeysFile(from.keysFile);
  await mkdir(data, { recursive: true, mode: 0o711 });
  const lock = await lockFolder(data);
  try {
    if (manifest?.events) await refuseOverLog(data);
    if (keys) await refuseOtherSecrets(data, keys);
    if (from.backup !== undefined && manifest?.events) {
      await restoreLog(join(from.backup, "events"), join(data, "events"), onProgress);
    }
    const imported = from.keysFile !== undefined && keys ? await restoreKeys(config, from.keysFile, keys) : null;
    return { data, log: manifest?.events ?? null, keys: imported };
  } finally {
    await lock.release();
  }
}

async function refuseOverLog(data: string): Promise<void> {
  const folder = join(data, "events");
  const there = await readdir(folder).catch(() => []);
  if (there.length > 0) {
    throw new SystemBackupError(
      `${folder} is not empty (${there.join(", ")}): move it away first, it is not overwritten`,
    );
  }
}

type Secrets = Awaited<ReturnType<typeof checkKeysFile>>;
const SECRETS = [
  ["masterKey", "master.key"],
  ["fingerprintKey", "fingerprint.key"],
] as const;

async function refuseOtherSecrets(data: string, keys: Secrets): Promise<void> {
  for (const [field, name] of SECRETS) {
    const path = join(data, "keys", name);
    const there = (await readIfExists(path))?.trim();
    if (there !== undefined && keys[field] !== undefined && there !== keys[field]) {
      throw new SystemBackupError(`${path} is another key than that of the backup: move it away first`);
    }
  }
}

async function restoreKeys(config: Config, keysFile: string, keys: Secrets): Promise<Restored["keys"]> {
  const data = config.ORDERTRAIL_DATA;
  await mkdir(join(data, "keys"), { recursive: true, mode: 0o700 });
  for (const [field, name] of SECRETS) {
    const secret = keys[field];
    const path = join(data, "keys", name);
    if (secret !== undefined && !existsSync(path)) await writeFileAtomically(path, `${secret}\n`, 0o600);
  }
  const intoDatabase = async (url: string) => {
    await migrate(url, MIGRATIONS);
    const pool = createPool({ ...config, DATABASE_URL: url }, { applicationName: "ordertrail restore", max: 4 });
    try {
      await refuseWhileRunning(pool);
      const imported = await importCustomerKeys(pool, keysFile);
      const settled = await withStoppedLog(config, (store) => settleCustomers(pool, store));
      return { ...imported, ...(settled ?? { erasedAgain: 0, withoutKey: [] }) };
    } finally {
      await pool.end();
    }
  };
  return config.DATABASE_URL === undefined
    ? await withStoppedDatabase(data, intoDatabase)
    : await intoDatabase(config.DATABASE_URL);
}

/** Processes remember keys: with another one in the database they would go on under the old one. */
async function refuseWhileRunning(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ name: string; owner: string }>(
    "SELECT name, owner FROM runner.leases WHERE owner <> '' AND expires_at > clock_timestamp() LIMIT 1",
  );
  const [one] = rows;
  if (one) throw new SystemBackupError(`a system works on this database (${one.owner} has ${one.name}): end it first`);
}
