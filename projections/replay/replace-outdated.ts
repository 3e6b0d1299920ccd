import type { Pool } from "pg";
import type { Clock } from "../../infra/clock.ts";
import type { Log } from "../../infra/log.ts";
import { findLive, type Generation } from "../runner/generations.ts";
import type { Projection } from "../runner/projection.ts";
import { createJob, jobIdFor, requeue } from "./jobs/job-table.ts";
import { rebuildKind } from "./jobs/rebuild-kind.ts";

const MOST_TIMES = 1_000;

/**
 * Has the workers build a read model anew whose live generation was made by another version of its projection, and
 * swap it in when it has caught up. However many processes ask for it, and however often, it is one job.
 */
export async function replaceOutdated(
  { pool, log, clock }: { readonly pool: Pool; readonly log: Log; readonly clock: Clock },
  { name, version }: Projection,
  live: Generation,
): Promise<void> {
  const ask = (time: number) =>
    createJob(
      pool,
      {
        jobId: jobIdFor("system", `${live.schema} to version ${version}${time > 1 ? `, time ${time}` : ""}`),
        kind: rebuildKind.kind,
        projection: name,
        params: rebuildKind.parse({ thenSwap: true }),
        requestedBy: "system",
        takenBy: "workers",
      },
      clock,
    );
  let job = await ask(1);
  if (job.state === "done" && (await findLive(pool, name))?.schema !== live.schema) return;
  // It was replaced before, and somebody has made it the live one again since.
  for (let time = 2; job.state === "done" && time <= MOST_TIMES; time++) job = await ask(time);
  if (job.state === "failed") await requeue(pool, job.jobId, clock);
  log.warn(
    { projection: name, live: live.schema, liveVersion: live.version, version, jobId: job.jobId },
    "the read model was made by another version: it is built anew",
  );
}
