import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import { systemClock } from "../../infra/clock.ts";
import { ConfigError } from "../../infra/config.ts";
import { PROJECTIONS } from "../../projections/read-models.ts";
import type { GenerationDiff } from "../../projections/replay/diff.ts";
import type { Job, JobParams } from "../../projections/replay/jobs/job.ts";
import { createJob, findDiff } from "../../projections/replay/jobs/job-table.ts";
import { MomentError, parseMoment } from "../../projections/replay/questions/as-of.ts";
import { questionKinds } from "../../projections/replay/questions/kinds.ts";
import {
  dropScratch,
  listScratches,
  MOST_SCRATCHES,
  ScratchUnknownError,
} from "../../projections/replay/questions/scratch.ts";
import { EXIT } from "../exit.ts";
import { type ReplayEngines, untilStopped, withEngines } from "./engines.ts";
import { discard, runHere } from "./jobs.ts";
import { bytes, columns, count, diffLines, percent } from "./text.ts";

/** What was asked of the log, in place of a rebuild. */
export interface QuestionOptions {
  readonly asOf?: string;
  readonly whatIf?: string;
  readonly scratch?: true;
  readonly dropScratch?: string;
  readonly json?: true;
}

/** Whoever runs a command can run any file anyway. */
const KINDS = questionKinds({ handlers: () => undefined, anyFile: true });

/** Answers a question to the log if one was asked; false when none was. */
export async function answeredQuestion(name: string | undefined, options: QuestionOptions): Promise<boolean> {
  const { asOf, whatIf, scratch, dropScratch: schema } = options;
  const asked = [asOf, whatIf, scratch, schema].filter((one) => one !== undefined).length;
  if (asked === 0) return false;
  if (asked > 1) throw new ConfigError("one of --as-of, --what-if, --scratch and --drop-scratch at a time");
  if (scratch) await listCommand(options);
  else if (schema !== undefined) await dropCommand(schema, options);
  else if (asOf !== undefined) await asOfCommand(known(name, "--as-of"), asOf, options);
  else if (whatIf !== undefined) await whatIfCommand(known(name, "--what-if"), whatIf, options);
  return true;
}

function known(name: string | undefined, option: string): string {
  if (name === undefined) throw new ConfigError(`${option} needs the name of a projection`);
  if (PROJECTIONS.some((projection) => projection.name === name)) return name;
  throw new ConfigError(
    `there is no projection "${name}"; there are: ${PROJECTIONS.map((one) => one.name).join(", ")}`,
  );
}

async function asOfCommand(name: string, text: string, { json }: QuestionOptions): Promise<void> {
  const params = paramsOf(text);
  await asking(async (engines) => {
    const job = await run(engines, "as-of", name, params, json ?? false);
    if (json) return print({ job });
    if (job.state !== "done" || job.schema === undefined) return failed(job);
    const tables = PROJECTIONS.find((one) => one.name === name)?.tables ?? [];
    const rows: string[][] = [["table", "rows"]];
    for (const table of tables) {
      const counted = await engines.pool.query<{ rows: string }>(`SELECT count(*) AS rows FROM ${job.schema}.${table}`);
      rows.push([`${job.schema}.${table}`, count(Number(counted.rows[0]?.rows))]);
    }
    say(...columns(rows), `${name}: ${job.message}.`, ...keptLines(job.schema));
  });
}

function paramsOf(text: string): JobParams {
  try {
    return { [parseMoment(text).kind]: text };
  } catch (error) {
    if (error instanceof MomentError) throw new ConfigError(error.message, { cause: error });
    throw error;
  }
}

async function whatIfCommand(name: string, file: string, { json }: QuestionOptions): Promise<void> {
  await asking(async (engines) => {
    const job = await run(engines, "what-if", name, { handler: resolve(file) }, json ?? false);
    const diff = await findDiff(engines.pool, job.jobId);
    if (json) return print({ job, diff });
    if (job.state !== "done" || diff === undefined || job.diff === undefined) return failed(job);
    // The last line is about a swap, and here is none.
    say(...diffLines(diff, job.diff).slice(0, -1), verdict(name, diff));
    if (job.schema !== undefined) say(...keptLines(job.schema));
  });
}

const verdict = (name: string, { equal, share, position }: GenerationDiff): string =>
  equal
    ? `With this handler ${name} would be the same in every row, at position ${position}.`
    : `With this handler ${percent(share)} of the rows of ${name} would differ, at position ${position}. Nothing live was changed.`;

const keptLines = (schema: string): string[] => [
  `Kept for 7 days, or until ${MOST_SCRATCHES} newer ones are made; "ordertrail replay --drop-scratch ${schema}" drops it at once.`,
];

/** Runs a question as a job of this process; one that is stopped by Ctrl-C leaves nothing. */
async function run(
  engines: ReplayEngines,
  kind: string,
  projection: string,
  params: JobParams,
  quiet: boolean,
): Promise<Job> {
  const signal = untilStopped();
  const created = await createJob(
    engines.pool,
    { jobId: randomUUID(), kind, projection, params, requestedBy: "command", takenBy: "command" },
    systemClock,
  );
  const job = await runHere(engines, created, { signal, quiet, kinds: KINDS });
  if (job.state !== "done") process.exitCode = EXIT.failed;
  if (job.state !== "done" && job.state !== "failed") await discard(engines, job);
  return job;
}

async function listCommand({ json }: QuestionOptions): Promise<void> {
  await asking(async ({ pool }) => {
    const listed = await listScratches(pool);
    const shown = listed.map((one) => ({ ...one, position: (one.position?.commit ?? 0n).toString() }));
    if (json) return print({ scratch: shown });
    if (shown.length === 0) return say("There is no scratch schema.");
    const rows = shown.map((one) => [one.schema, one.kind, one.position, bytes(one.bytes), one.createdAt.slice(0, 19)]);
    say(...columns([["schema", "kind", "position", "size", "made"], ...rows]));
  });
}

async function dropCommand(schema: string, { json }: QuestionOptions): Promise<void> {
  await asking(async ({ pool }) => {
    await dropScratch(pool, schema).catch((error: unknown) => {
      throw error instanceof ScratchUnknownError ? new ConfigError(error.message, { cause: error }) : error;
    });
    if (json) print({ dropped: schema });
    else say(`${schema} is dropped.`);
  });
}

const asking = (work: (engines: ReplayEngines) => Promise<void>): Promise<void> =>
  withEngines(work, { forPeople: true });

function failed(job: Job): void {
  say(`${job.projection}: ${job.state === "failed" ? "failed" : "stopped"}: ${job.message ?? "nothing was kept"}`);
}

function say(...lines: readonly string[]): void {
  for (const line of lines) process.stdout.write(`${line}\n`);
}

const print = (value: unknown): void => {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
};
