import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../../infra/config.ts";
import { startEventNode } from "../../infra/event-node/event-node.ts";
import { createEventStore } from "../../infra/event-store/client.ts";
import type { EventStore } from "../../infra/event-store/port.ts";
import { createLog } from "../../infra/log.ts";
import { startPostgres } from "../../infra/postgres/embedded.ts";
import { FolderLockedError, lockFolder } from "../../infra/supervisor/folder-lock.ts";
import { systemAddresses } from "../running-system.ts";

/** Work on the database of a data folder: of the system that runs on it, or of a server started for the while. */
export async function withDatabase<T>(config: Config, work: (url: string) => Promise<T>): Promise<T> {
  if (config.DATABASE_URL !== undefined) return await work(config.DATABASE_URL);
  const lock = await lockFolder(config.ORDERTRAIL_DATA).catch((error: unknown) => {
    if (error instanceof FolderLockedError) return undefined;
    throw error;
  });
  if (lock === undefined) {
    const { DATABASE_URL } = await systemAddresses(config);
    if (DATABASE_URL === undefined) throw new Error(`the database of ${config.ORDERTRAIL_DATA} cannot be found`);
    return await work(DATABASE_URL);
  }
  try {
    return await withStoppedDatabase(config.ORDERTRAIL_DATA, work);
  } finally {
    await lock.release();
  }
}

/** Starts the embedded server of a folder that the caller has locked; makes a new cluster where there is none. */
export async function withStoppedDatabase<T>(data: string, work: (url: string) => Promise<T>): Promise<T> {
  const server = await startPostgres(data, createLog("backup", "silent"));
  try {
    return await work(server.url);
  } finally {
    await server.stop();
  }
}

const TIMEOUT_MS = 30_000;

/**
 * The event store that is configured, or the node of a folder that the caller has locked; undefined where no log is
 * there, and none is made.
 */
export async function withStoppedLog<T>(
  config: Config,
  work: (store: EventStore) => Promise<T>,
): Promise<T | undefined> {
  const there = existsSync(join(config.ORDERTRAIL_DATA, "events", "events.db"));
  if (config.EVENTSTORE_URL === undefined && !there) return undefined;
  const node =
    config.EVENTSTORE_URL === undefined
      ? await startEventNode({ dataDir: join(config.ORDERTRAIL_DATA, "events"), port: 0 })
      : undefined;
  const store = createEventStore({ url: config.EVENTSTORE_URL ?? node?.url ?? "", timeoutMs: TIMEOUT_MS });
  try {
    return await work(store);
  } finally {
    await store.close();
    await node?.close();
  }
}
