import { systemClock } from "../../infra/clock.ts";
import { PROJECTIONS } from "../../projections/read-models.ts";
import { type BuildPart, buildTogether } from "../../projections/replay/build-generation.ts";
import type { Job, JobProgress } from "../../projections/replay/jobs/job.ts";
import { changeJob } from "../../projections/replay/jobs/job-table.ts";
import { progressFrom } from "../../projections/replay/jobs/progress.ts";
import { findGeneration } from "../../projections/runner/generation-states.ts";
import { addGeneration, findLive, type Generation } from "../../projections/runner/generations.ts";
import type { Projection } from "../../projections/runner/projection.ts";
import { progressLine } from "../progress-line.ts";
import type { ReplayEngines } from "./engines.ts";
import { progressText } from "./text.ts";

/**
 * Builds what several rebuilds need by one reading of the log, up to where the log ends now: reading an event costs more
 * than most read models do with it. Each job then goes on by itself from there. Ctrl-C leaves all of them resumable.
 */
export async function buildAll(
  engines: ReplayEngines,
  jobs: readonly Job[],
  { signal, quiet = false }: { readonly signal: AbortSignal; readonly quiet?: boolean },
): Promise<void> {
  const { config, pool, store, log } = engines;
  const line = quiet ? undefined : progressLine(process.stderr);
  const parts: BuildPart[] = [];
  for (const job of jobs) {
    const projection = PROJECTIONS.find(({ name }) => name === job.projection);
    if (projection === undefined || (job.state !== "queued" && job.state !== "building")) continue;
    const generation = await generationOf(engines, projection, job);
    if (generation === undefined) continue;
    const progress = (done: JobProgress) => line?.show(() => progressText(`${parts.length} read models`, done));
    parts.push({ projection, generation, onProgress: await progressFrom({ pool, progress }, job, generation) });
  }
  if (parts.length < 2) return;
  const { INSTANCE: instance, LEASE_MS: leaseMs } = config;
  try {
    await buildTogether({ pool, store, log, clock: systemClock, instance, leaseMs, signal }, parts, await store.head());
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    line?.end();
  }
}

/** The generation that a job builds; undefined where an earlier one is to catch up, where nothing is live
 * yet, or where another process has the job. */
async function generationOf(
  { pool }: ReplayEngines,
  projection: Projection,
  job: Job,
): Promise<Generation | undefined> {
  if (job.generation !== undefined) {
    const found = await findGeneration(pool, projection.name, job.generation);
    return found.state === "building" && found.version === projection.version ? found : undefined;
  }
  if (job.params.generation !== undefined || job.state !== "queued") return undefined;
  if ((await findLive(pool, projection.name)) === undefined) return undefined;
  const made = await addGeneration(pool, projection, systemClock);
  const change = { state: "building", generation: made.generation, schema: made.schema } as const;
  await changeJob(pool, { jobId: job.jobId, run: 0 }, change, systemClock);
  return made;
}
