import { clockFor } from "../../infra/clock.ts";
import { ConfigError } from "../../infra/config.ts";
import { PROJECTIONS } from "../../projections/read-models.ts";
import { runJob } from "../../projections/replay/jobs/run-job.ts";
import { JOB_KINDS } from "../roles/replay-kinds.ts";
import { untilStopped, withEngines } from "./engines.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Runs one job to its end, or until this process is told to stop; a job that another process has is left to it. */
export async function runJobCommand(jobId: string, { owner }: { readonly owner?: string }): Promise<void> {
  if (!UUID.test(jobId)) throw new ConfigError(`"${jobId}" is not the id of a job`);
  const signal = untilStopped();
  await withEngines(async ({ config, pool, store, log }) => {
    const job = await runJob({
      pool,
      store,
      log,
      clock: clockFor(config),
      projections: PROJECTIONS,
      kinds: JOB_KINDS,
      jobId,
      owner: owner ?? config.INSTANCE,
      leaseMs: config.LEASE_MS,
      signal,
    });
    log.info({ jobId, state: job?.state ?? "not free", cause: job?.message }, "replay job");
  });
}
