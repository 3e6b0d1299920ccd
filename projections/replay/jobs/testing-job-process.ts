import { type ChildProcess, spawn } from "node:child_process";
import { systemClock } from "../../../infra/clock.ts";
import { pause } from "../../../infra/consumers/waiting.ts";
import { createEventStore } from "../../../infra/event-store/client.ts";
import { createLog } from "../../../infra/log.ts";
import { createPool } from "../../../infra/postgres/pool.ts";
import { salesProjection } from "../testing-projection.ts";
import { rebuildKind } from "./rebuild-kind.ts";
import { runJob } from "./run-job.ts";

export interface JobProcessSettings {
  readonly databaseUrl: string;
  readonly storeUrl: string;
  readonly jobId: string;
  readonly owner: string;
  /** How long it stays in each transaction. */
  readonly dwellMs?: number;
  /** It dies at once when it is to build. */
  readonly deadly?: boolean;
  readonly version?: number;
}

/** A process of its own that runs one job, to be killed by tests. */
export const startJobProcess = (settings: JobProcessSettings): ChildProcess =>
  spawn(process.execPath, [import.meta.filename, JSON.stringify(settings)], {
    stdio: ["ignore", "inherit", "inherit"],
  });

async function main({ databaseUrl, storeUrl, jobId, owner, dwellMs = 0, deadly, version = 1 }: JobProcessSettings) {
  const pool = createPool(databaseUrl, { applicationName: "job process" });
  const store = createEventStore({ url: storeUrl, timeoutMs: 10_000 });
  const projection: typeof salesProjection = {
    ...salesProjection,
    version,
    async handle(batch, context) {
      if (deadly) process.kill(process.pid, "SIGKILL");
      await salesProjection.handle(batch, context);
      await pause(dwellMs);
    },
  };
  const kinds = [rebuildKind];
  const log = createLog("test", "silent");
  const options = {
    pool,
    store,
    log,
    clock: systemClock,
    projections: [projection],
    kinds,
    jobId,
    owner,
    leaseMs: 2_000,
  };
  await runJob(options);
  await store.close();
  await pool.end();
}

const [, script, settings] = process.argv;
if (script === import.meta.filename && settings !== undefined) await main(JSON.parse(settings) as JobProcessSettings);
