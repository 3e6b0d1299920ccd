import type { Pool } from "pg";
import { type Config, ConfigError, readConfig } from "../../infra/config.ts";
import { createEventStore } from "../../infra/event-store/client.ts";
import type { DatedEventStore } from "../../infra/event-store/port.ts";
import { createLog, type Log } from "../../infra/log.ts";
import { createPool } from "../../infra/postgres/pool.ts";
import { systemAddresses } from "../running-system.ts";

/** The engines of the system that a replay works on. */
export interface ReplayEngines {
  readonly config: Config;
  readonly pool: Pool;
  readonly store: DatedEventStore;
  readonly log: Log;
}

/**
 * Connects to the configured system, or to the one that runs on the data folder, for as long as `work` takes, with
 * the rights of the workers where the database has roles: they do the same work. A command for people logs nothing unless it is debugged: what it has to say it prints.
 */
export async function withEngines<T>(
  work: (engines: ReplayEngines) => Promise<T>,
  { forPeople = false } = {},
): Promise<T> {
  const config = readConfig();
  const { DATABASE_URL, EVENTSTORE_URL } = await systemAddresses(config);
  if (DATABASE_URL === undefined || EVENTSTORE_URL === undefined) {
    throw new ConfigError(
      `no system was found at ${config.ORDERTRAIL_DATA}: start "ordertrail up", or set DATABASE_URL and EVENTSTORE_URL`,
    );
  }
  const debugged = ["debug", "trace"].includes(config.LOG_LEVEL);
  const log = createLog("replay", forPeople && !debugged ? "silent" : config.LOG_LEVEL);
  const pool = createPool(
    { ...config, DATABASE_URL },
    { applicationName: "ordertrail replay", max: 6, log, part: "workers" },
  );
  const store = createEventStore({ url: EVENTSTORE_URL, timeoutMs: config.EVENTSTORE_TIMEOUT_MS });
  try {
    return await work({ config, pool, store, log });
  } finally {
    await Promise.allSettled([store.close(), pool.end()]);
  }
}

/** Aborted by the first SIGINT or SIGTERM; a second one of the same kind ends the process. */
export function untilStopped(): AbortSignal {
  const stopping = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => stopping.abort());
  }
  return stopping.signal;
}
