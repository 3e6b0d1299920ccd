import type { Pool } from "pg";
import { MIGRATIONS } from "../../cli/database/migrations.ts";
import { createEventStore } from "../../infra/event-store/client.ts";
import type { EventStore } from "../../infra/event-store/port.ts";
import { migrate } from "../../infra/postgres/migrations.ts";
import { createPool } from "../../infra/postgres/pool.ts";
import { throwawayPostgres } from "../../infra/postgres/testing.ts";
import { startEventNodeProcess } from "../contract/event-store/event-node-process.ts";

/** Both engines without the system around them; the consumers run in the measuring process. */
export interface BenchEngines {
  readonly store: EventStore;
  readonly pool: Pool;
  readonly eventStoreUrl: string;
  readonly databaseUrl: string;
  /** Process ids by the name that reports show. */
  readonly pids: Readonly<Record<string, number | undefined>>;
  stop(): Promise<void>;
}

/**
 * Starts an event node and a Postgres with the project's schema, on free ports, in folders of their own; the event node
 * on `eventNodeDir` if it is given, which stays.
 */
export async function startBenchEngines(eventNodeDir?: string): Promise<BenchEngines> {
  const [postgres, node] = await Promise.all([throwawayPostgres(), startEventNodeProcess(eventNodeDir)]);
  await migrate(postgres.url, MIGRATIONS);
  const pool = createPool(postgres.url, { applicationName: "bench" });
  const store = createEventStore({ url: node.url, timeoutMs: 10_000 });
  return {
    store,
    pool,
    eventStoreUrl: node.url,
    databaseUrl: postgres.url,
    pids: { "event node": node.child.pid, Postgres: await serverProcess(pool) },
    async stop() {
      await Promise.all([store.close(), pool.end()]);
      await Promise.all([eventNodeDir === undefined ? node.remove() : node.end(), postgres.stop()]);
    },
  };
}

/** The server's first process, whose children serve the connections. */
async function serverProcess(pool: Pool): Promise<number | undefined> {
  const { rows } = await pool.query<{ line: string }>(
    "SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1) AS line",
  );
  return rows[0] && Number(rows[0].line);
}
