import type { Pool } from "pg";
import { deadLettersMigration } from "../../dead-letters/migration.ts";
import type { DatedEventStore } from "../../event-store/port.ts";
import { throwawayStore } from "../../event-store/testing.ts";
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
  readonly store: DatedEventStore;
  stop(): Promise<void>;
}

export async function startEngines(migrations: readonly Migration[] = []): Promise<Engines> {
  const database = await throwawayPostgres();
  const needed = [runnerMigration, deadLettersMigration, ...migrations];
  await migrate(database.url, [...new Map(needed.map((one) => [one.name, one])).values()]);
  const events = await throwawayStore();
  const pool = createPool(database.url, { applicationName: "test" });
  return {
    databaseUrl: database.url,
    storeUrl: events.url,
    pool,
    store: events.store,
    stop: async () => {
      await events.stop();
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
