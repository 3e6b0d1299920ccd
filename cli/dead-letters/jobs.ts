import { randomUUID } from "node:crypto";
import type { Pool } from "pg";
import { type Clock, clockFor } from "../../infra/clock.ts";
import { ConfigError } from "../../infra/config.ts";
import { pause } from "../../infra/consumers/waiting.ts";
import type { JobAction } from "../../infra/dead-letters/errands.ts";
import type { LetterFilter } from "../../infra/dead-letters/filter.ts";
import {
  abortJob,
  createJob,
  findJob,
  type JobProgress,
  jobResults,
  newestJobs,
} from "../../infra/dead-letters/jobs.ts";
import { reasonKeys, sealReason } from "../../infra/dead-letters/reason.ts";
import { fingerprintKey } from "../../infra/keys/installation-keys.ts";
import { inTransaction } from "../../infra/postgres/pool.ts";
import { EXIT } from "../exit.ts";
import { progressLine } from "../progress-line.ts";
import { type ReplayEngines, untilStopped, withEngines } from "../replay/engines.ts";
import { type FilterOptions, filterOf, letterId } from "./filter-options.ts";
import { jobLine, resultLine } from "./text.ts";

interface Decision extends FilterOptions {
  readonly all?: true;
  readonly perSecond: number;
  readonly reason?: string;
  readonly by: string;
  readonly json?: true;
}

const LOOK_MS = 200;
const MOST_PREVIEWED = 20;
const MOST_SHOWN = 20;
const PREVIEWS_PER_SECOND = 200;
/** Workers that do not begin within this time are not there. */
const BEGIN_MS = 20_000;

/** Says what redriving would do. */
export async function previewCommand(ids: readonly string[], { json }: { readonly json?: true }): Promise<void> {
  if (ids.length > MOST_PREVIEWED) throw new ConfigError(`a preview takes up to ${MOST_PREVIEWED} letters`);
  const filter = { ids: ids.map(letterId) };
  await withEngines(
    (engines) =>
      carryOut(engines, "preview", filter, { perSecond: PREVIEWS_PER_SECOND, by: "command", ...(json && { json }) }),
    { forPeople: true },
  );
}

/** Lets letters be tried again, and waits until they were. */
export async function redriveCommand(ids: readonly string[], options: Decision): Promise<void> {
  const filter = filterOf(options, ids);
  if (Object.keys(filter).length === 0 && !options.all) throw new ConfigError("name letters, a filter, or --all");
  await withEngines((engines) => carryOut(engines, "redrive", filter, options), { forPeople: true });
}

/** Does without letters. */
export async function discardCommand(ids: readonly string[], options: Decision): Promise<void> {
  const filter = filterOf(options, ids);
  if (Object.keys(filter).length === 0) throw new ConfigError("name letters or a filter: not everything is discarded");
  await withEngines((engines) => carryOut(engines, "discard", filter, options), { forPeople: true });
}

/** Lists redrives and discards. */
export async function jobsCommand({ json }: { readonly json?: true }): Promise<void> {
  await withEngines(
    async ({ pool }) => {
      const jobs = await newestJobs(pool, 20);
      const text = jobs.length === 0 ? "Nothing was redriven or discarded yet." : jobs.map(jobLine).join("\n");
      process.stdout.write(`${json ? JSON.stringify({ jobs }, null, 2) : text}\n`);
    },
    { forPeople: true },
  );
}

/** Stops a redrive. */
export async function abortCommand(id: string, { json }: { readonly json?: true }): Promise<void> {
  const asked = letterId(id);
  await withEngines(
    async ({ pool, config }) => {
      await inTransaction(pool, (tx) => abortJob(tx, asked, clockFor(config).now()));
      const job = await findJob(pool, asked);
      if (job === undefined) throw new ConfigError(`there is no redrive ${id}`);
      process.stdout.write(`${json ? JSON.stringify(job, null, 2) : jobLine(job)}\n`);
    },
    { forPeople: true },
  );
}

async function carryOut(
  { pool, config }: ReplayEngines,
  action: JobAction,
  filter: LetterFilter,
  { reason, by, perSecond, json }: Decision,
): Promise<void> {
  const id = randomUUID();
  const sealed = reason === undefined ? undefined : sealReason(reasonKeys(await fingerprintKey(config)), reason);
  const actor = { type: "admin", id: by } as const;
  const clock = clockFor(config);
  const asked = { id, action, by: actor, reason: sealed, filter, perSecond, now: clock.now() };
  const total = await inTransaction(pool, (tx) => createJob(tx, asked));
  const job = await waitFor({ pool, clock }, id, total);
  const results = await jobResults(pool, id, json ? 1_000 : MOST_SHOWN);
  if (job.state !== "done" || job.failed > 0) process.exitCode = EXIT.failed;
  const look = action === "preview";
  if (look && results.some(({ result }) => result?.outcome === "fails")) process.exitCode = EXIT.failed;
  const lines = results.map(({ letterId: letter, state, result }) => resultLine(letter, state, result, look));
  if (total === 0) lines.push("Nothing that is parked matches.");
  else if (!look) lines.push(jobLine(job));
  process.stdout.write(`${json ? JSON.stringify({ job, results }, null, 2) : lines.join("\n")}\n`);
}

/** Waits until a job has ended; Ctrl-C ends it. */
async function waitFor({ pool, clock }: { pool: Pool; clock: Clock }, id: string, total: number): Promise<JobProgress> {
  const stopped = untilStopped();
  const progress = progressLine(process.stderr);
  const begun = performance.now();
  try {
    for (;;) {
      const job = await findJob(pool, id);
      if (job === undefined) throw new Error(`the redrive ${id} is gone`);
      if (job.state !== "running") return job;
      const untouched = job.done + job.failed + job.gone === 0;
      if (total > 0) progress.show(() => jobLine(job));
      if (stopped.aborted || (untouched && performance.now() - begun > BEGIN_MS)) {
        await inTransaction(pool, (tx) => abortJob(tx, id, clock.now()));
        if (!stopped.aborted) throw new Error("no workers see to it: are they running? Nothing was changed.");
        continue;
      }
      await pause(LOOK_MS, stopped);
    }
  } finally {
    if (total > 0) progress.end();
  }
}
