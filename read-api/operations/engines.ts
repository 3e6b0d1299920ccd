import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import type { Pool } from "pg";
import type { EventStore } from "../../infra/event-store/port.ts";

/** How a broker is doing that may not be there at all. */
export type BrokerState = "not_configured" | "connected" | "away";

export interface DatabaseHealth {
  /** Such as 18.1. */
  readonly version: string;
  readonly answeredInMs: number;
  readonly bytes: number;
  readonly connections: number;
  readonly mostConnections: number;
}

export interface EventStoreHealth {
  readonly answeredInMs: number;
  /** Commit position of the last event; absent in an empty store. */
  readonly head: string | undefined;
}

export interface DiskHealth {
  readonly freeBytes: number;
  readonly totalBytes: number;
}

export async function databaseHealth(pool: Pool): Promise<DatabaseHealth> {
  const begun = performance.now();
  await pool.query("SELECT 1");
  const answeredInMs = Math.round(performance.now() - begun);
  const { rows } = await pool.query<{ version: number; bytes: string; connections: number; most: number }>(
    `SELECT current_setting('server_version_num')::int AS version, pg_database_size(current_database()) AS bytes,
       (SELECT count(*)::int FROM pg_stat_activity WHERE datname IS NOT NULL) AS connections,
       current_setting('max_connections')::int AS most`,
  );
  const { version = 0, bytes = "0", connections = 0, most = 0 } = rows[0] ?? {};
  return {
    version: `${Math.floor(version / 10_000)}.${version % 10_000}`,
    answeredInMs,
    bytes: Number(bytes),
    connections,
    mostConnections: most,
  };
}

export async function eventStoreHealth(store: Pick<EventStore, "head">): Promise<EventStoreHealth> {
  const begun = performance.now();
  const head = await store.head();
  return { answeredInMs: Math.round(performance.now() - begun), head: head?.commit.toString() };
}

/** The disk that a folder lies on, or will lie on: of this machine. */
export async function diskHealth(folder: string): Promise<DiskHealth> {
  for (let path = folder; ; path = dirname(path)) {
    try {
      const { bavail, bsize, blocks } = await statfs(path);
      return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
    } catch (error) {
      if (path === dirname(path)) throw error;
    }
  }
}
