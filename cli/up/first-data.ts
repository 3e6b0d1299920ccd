import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Config } from "../../infra/config.ts";
import type { Log } from "../../infra/log.ts";
import { createPool } from "../../infra/postgres/pool.ts";
import { writeFileAtomically } from "../../infra/supervisor/files.ts";

/**
 * Fills a system that holds no event yet. A file in the data folder remembers that filling began, so that a run killed
 * in the middle is finished by the next one, although the system is no longer empty then.
 */
export async function fillIfEmpty(config: Config, log: Log, progress: (line: string) => void): Promise<void> {
  const begun = join(config.ORDERTRAIL_DATA, "run", "sample-data.begun");
  if (!existsSync(begun) && !((await holdsNothing(config)) && (await heldNothing(config)))) return;
  await writeFileAtomically(begun, "");
  const { loadSampleData } = await import("../sample-data.ts");
  await loadSampleData(config, log);
  await rm(begun, { force: true });
  progress("sample data loaded");
}

async function holdsNothing(config: Config): Promise<boolean> {
  const { createEventStore } = await import("../../infra/event-store/client.ts");
  const store = createEventStore({ url: config.EVENTSTORE_URL ?? "", timeoutMs: config.EVENTSTORE_TIMEOUT_MS });
  try {
    return (await store.head()) === undefined;
  } finally {
    await store.close();
  }
}

/** Consumers have passed no event: a log that is empty now is new, and has not lost what it held. */
async function heldNothing(config: Config): Promise<boolean> {
  const pool = createPool(config, { applicationName: "ordertrail up", max: 1 });
  try {
    const { rowCount } = await pool.query("SELECT FROM runner.positions WHERE commit IS NOT NULL LIMIT 1");
    return rowCount === 0;
  } finally {
    await pool.end();
  }
}
