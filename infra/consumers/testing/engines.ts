import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Pool } from "pg";
import { type EventNode, startEventNode } from "../../event-node/event-node.ts";
import { createEventStore } from "../../event-store/client.ts";
import type { EventStore } from "../../event-store/port.ts";
import { type Migration, migrate } from "../../postgres/migrations.ts";
import { createPool } from "../../postgres/pool.ts";
import { throwawayPostgres } from "../../postgres/testing.ts";
import { runnerMigration } from "../migration.ts";
import { pause } from "../waiting.ts";

/** A database and an event store of their own, for integration tests. */
export interface Engines {
  readonly databaseUrl: string;
  readonly storeUrl: string;
  readonly pool: Pool;
  readonly store: EventStore;
  stop(): Promise<void>;
}

export async function startEngines(migrations: readonly Migration[] = []): Promise<Engines> {
  const database = await throwawayPostgres();
  await migrate(database.url, [runnerMigration, ...migrations]);
  const dataDir = await mkdtemp(join(tmpdir(), "ordertrail-events-"));
  const node: EventNode = await startEventNode({ dataDir, port: 0 });
  const pool = createPool(database.url, { applicationName: "test" });
  const store = createEventStore({ url: node.url, timeoutMs: 5_000 });
  return {
    databaseUrl: database.url,
    storeUrl: node.url,
    pool,
    store,
    stop: async () => {
      await store.close();
      await node.close();
      await rm(dataDir, { recursive: true, force: true });
      await pool.end();
      await database.stop();
    },
  };
}

/** Waits until something is true. Throws with the last failure when it does not become so. */
export async function eventually<T>(ask: () => T | Promise<T>, withinMs = 20_000): Promise<T> {
  const giveUpAt = performance.now() + withinMs;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (performance.now() > giveUpAt) throw error;
    }
    await pause(20);
  }
}
