import { systemClock } from "../../infra/clock.ts";
import { pause } from "../../infra/consumers/waiting.ts";
import { PROJECTIONS } from "../../projections/read-models.ts";
import { BuildEndedError, type BuildPart, buildTogether } from "../../projections/replay/build-generation.ts";
import type { Job, JobProgress } from "../../projections/replay/jobs/job.ts";
import { giveBack, renewJob, type TakenJob, takeJob } from "../../projections/replay/jobs/job-lease.ts";
import { changeJob } from "../../projections/replay/jobs/job-table.ts";
import { progressFrom } from "../../projections/replay/jobs/progress.ts";
import { jobInstance } from "../../projections/replay/jobs/run-job.ts";
import { findGeneration } from "../../projections/runner/generation-states.ts";
import { addGeneration, findLive, type Generation } from "../../projections/runner/generations.ts";
import type { Projection } from "../../projections/runner/projection.ts";
import { progressLine } from "../progress-line.ts";
import type { ReplayEngines } from "./engines.ts";
import { progressText } from "./text.ts";

export interface BuildingAll {
  readonly signal: AbortSignal;
  readonly quiet?: boolean;
  /** Told in a line what was left out of the common build, and why. */
  readonly say: (line: string) => void;
}

const POLL_MS = 200;

/**
 * Builds what several rebuilds need by one reading of the log, up to where the log ends now: reading an event costs more
 * than most read models do with it. Each job then goes on by itself from there. Ctrl-C leaves all of them resumable.
 *
 * Each job is held as whoever runs it alone would hold it, so that nobody else takes it meanwhile. One that another
 * process has is left out; that of a process that was killed is waited for until its lease has run out. When one is
 * cancelled or lost on the way, the common build ends and the others go on alone.
 */
export async function buildAll(engines: ReplayEngines, jobs: readonly Job[], building: BuildingAll): Promise<void> {
  const { pool, config } = engines;
  const wanted = jobs.filter(({ state }) => state === "queued" || state === "building");
  if (wanted.length < 2) return;
  const taken = await takeAll(engines, wanted, building);
  const ending = new AbortController();
  const renew = async (one: TakenJob) => {
    // A renewal that fails is tried again; without one in time another process takes the job, and the next one says so.
    const renewed = await renewJob(pool, one, config.LEASE_MS).catch(() => ({ cancelWanted: false }));
    if (renewed === undefined || renewed.cancelWanted) ending.abort();
  };
  let renewing: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    renewing = renewing.then(() => Promise.all([...taken.values()].map(renew)));
  }, config.LEASE_MS / 3);
  try {
    const held = wanted.flatMap((job) => {
      const one = taken.get(job.jobId);
      return one ? [{ job, taken: one }] : [];
    });
    await buildHeld(engines, held, { ...building, signal: AbortSignal.any([building.signal, ending.signal]) });
  } finally {
    clearInterval(timer);
    await renewing; // one that came after the giving back would take the job again
    await Promise.all([...taken.values()].map((one) => giveBack(pool, one, { retry: false })));
  }
}

/** Takes the jobs; one that is not free is waited for as long as the lease of a dead process lasts. */
async function takeAll(
  { pool, config }: ReplayEngines,
  jobs: readonly Job[],
  { signal, say }: BuildingAll,
): Promise<Map<string, TakenJob>> {
  const taken = new Map<string, TakenJob>();
  const until = performance.now() + config.LEASE_MS + POLL_MS;
  for (;;) {
    for (const { jobId } of jobs.filter((job) => !taken.has(job.jobId))) {
      const request = { jobId, owner: config.INSTANCE, leaseMs: config.LEASE_MS, takenBy: "command" } as const;
      const one = await takeJob(pool, request);
      if (one) taken.set(jobId, one);
    }
    if (taken.size === jobs.length || signal.aborted || performance.now() > until) break;
    for (const one of taken.values()) await renewJob(pool, one, config.LEASE_MS);
    await pause(POLL_MS, signal);
  }
  for (const job of jobs.filter(({ jobId }) => !taken.has(jobId))) {
    if (!signal.aborted) say(`${job.projection} is in work in another process: left out of the common build.`);
  }
  return taken;
}

interface HeldJob {
  readonly job: Job;
  readonly taken: TakenJob;
}

async function buildHeld(
  engines: ReplayEngines,
  held: readonly HeldJob[],
  { signal, quiet = false, say }: BuildingAll,
): Promise<void> {
  const { config, pool, store, log } = engines;
  const line = quiet ? undefined : progressLine(process.stderr);
  const parts: BuildPart[] = [];
  for (const { job, taken } of held) {
    const projection = PROJECTIONS.find(({ name }) => name === job.projection);
    const generation = projection && (await generationOf(engines, projection, job, taken));
    if (projection === undefined || generation === undefined) continue;
    const progress = (done: JobProgress) => line?.show(() => progressText(`${parts.length} read models`, done));
    const onProgress = await progressFrom({ pool, progress }, job, generation);
    parts.push({ projection, generation, instance: jobInstance(job.jobId), onProgress });
  }
  if (parts.length < 2) return;
  const { INSTANCE: instance, LEASE_MS: leaseMs } = config;
  try {
    await buildTogether({ pool, store, log, clock: systemClock, instance, leaseMs, signal }, parts, await store.head());
  } catch (error) {
    if (!signal.aborted && !(error instanceof BuildEndedError)) throw error;
    if (error instanceof BuildEndedError && !signal.aborted) say(`The common build ended: ${error.message}.`);
  } finally {
    line?.end();
  }
}

/** The generation that a job builds; undefined where an earlier one is to catch up, or where nothing is live yet. */
async function generationOf(
  { pool }: ReplayEngines,
  projection: Projection,
  job: Job,
  taken: TakenJob,
): Promise<Generation | undefined> {
  if (job.generation !== undefined) {
    const found = await findGeneration(pool, projection.name, job.generation);
    return found.state === "building" && found.version === projection.version ? found : undefined;
  }
  if (job.params.generation !== undefined || job.state !== "queued") return undefined;
  if ((await findLive(pool, projection.name)) === undefined) return undefined;
  const made = await addGeneration(pool, projection, systemClock);
  const change = { state: "building", generation: made.generation, schema: made.schema } as const;
  await changeJob(pool, taken, change, systemClock);
  return made;
}
