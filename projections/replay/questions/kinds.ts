import { isAbsolute } from "node:path";
import { z } from "zod";
import type { Projection } from "../../runner/projection.ts";
import { type Job, type JobContext, JobFailedError, type JobKind } from "../jobs/job.ts";
import { progressFrom } from "../jobs/progress.ts";
import { summaryOf } from "../jobs/rebuild-kind.ts";
import { buildAsOf, MomentError, parseMoment } from "./as-of.ts";
import { HandlerFileError, handlerPath } from "./handler-file.ts";
import { dropScratch, findScratch, type MadeScratch, ScratchUnknownError } from "./scratch.ts";
import { whatIf } from "./what-if.ts";

const moment = (name: string) =>
  z
    .string()
    .refine((text) => parses(text), `${name} is neither a position nor a time such as 2026-11-21T18:00:00Z`)
    .optional();

const asOfParams = z
  .strictObject({ position: moment("position"), time: moment("time") })
  .refine(({ position, time }) => (position === undefined) !== (time === undefined), "either position or time");

const whatIfParams = z.strictObject({ handler: z.string().min(1).max(1_000) });

export interface QuestionOptions {
  /** Folder of the handler files that may be asked for by name; undefined, none may. */
  handlers(): string | undefined;
  /** Whether any file may be named by its path: for whoever could run it anyway. */
  readonly anyFile: boolean;
}

/** The kinds of job that ask something of the log. */
export const questionKinds = (options: QuestionOptions): readonly JobKind[] => [asOfKind, whatIfKind(options)];

/** Builds a read model as it stood at a moment; its rows stay until the scratch schema is dropped. */
const asOfKind: JobKind = {
  kind: "as-of",
  parse: (params) => asOfParams.parse(params),
  async run(job, context) {
    const { position, time } = asOfParams.parse(job.params);
    const asked = parseMoment(position ?? time ?? "");
    return await withScratch(job, context, async (building) => {
      const { scratch, until, progress } = await buildAsOf({ ...building, moment: asked });
      building.onProgress(progress);
      const parked = progress.parked > 0 ? `; ${progress.parked} streams parked` : "";
      const message = `as of position ${until?.commit ?? 0n} in schema ${scratch.schema}${parked}${building.madeRoom()}`;
      return { state: "done", message };
    });
  },
  discard: discardScratch,
};

/** Runs another handler over the same events and compares. */
const whatIfKind = ({ handlers, anyFile }: QuestionOptions): JobKind => ({
  kind: "what-if",
  parse: (params) => {
    const parsed = whatIfParams.parse(params);
    if (isAbsolute(parsed.handler) ? anyFile : !parsed.handler.includes("/")) return parsed;
    throw new HandlerFileError(`"${parsed.handler}" is not the name of a handler`);
  },
  async run(job, context) {
    const { handler } = whatIfParams.parse(job.params);
    return await withScratch(job, context, async (building) => {
      const file = isAbsolute(handler) && anyFile ? handler : await handlerPath(folderOf(handlers()), handler);
      const { scratch, diff } = await whatIf({ ...building, file });
      await context.update({ state: "comparing", diff: summaryOf(diff, 1), diffDetails: diff });
      return {
        state: "done",
        message: `compared at position ${diff.position}; its rows are in schema ${scratch.schema}${building.madeRoom()}`,
      };
    });
  },
  discard: discardScratch,
});

function folderOf(folder: string | undefined): string {
  if (folder !== undefined) return folder;
  throw new HandlerFileError("no folder of handlers is configured (REPLAY_HANDLERS)");
}

/** Runs the work of a job in the scratch schema that is its own, in this life or the next one. */
async function withScratch<T>(
  job: Job,
  context: JobContext,
  work: (building: Awaited<ReturnType<typeof buildingOf>>) => Promise<T>,
): Promise<T> {
  const projection = context.projections.find(({ name }) => name === job.projection);
  if (projection === undefined) throw new JobFailedError(`there is no projection ${job.projection}`);
  let schema = job.schema;
  try {
    await context.update({ state: "building" });
    const building = await buildingOf(job, context, projection, async (scratch) => {
      schema = scratch.schema;
      await context.update({ schema });
    });
    return await work(building);
  } catch (error) {
    const theirs =
      error instanceof HandlerFileError || error instanceof MomentError || error instanceof ScratchUnknownError;
    if (!theirs) throw error;
    if (schema !== undefined) await dropScratch(context.pool, schema).catch(() => undefined);
    throw new JobFailedError(error.message, { cause: error });
  }
}

async function buildingOf(
  job: Job,
  context: JobContext,
  projection: Projection,
  update: (scratch: MadeScratch) => Promise<void>,
) {
  const { pool, store, clock, log, instance, leaseMs, signal } = context;
  const scratch = job.schema === undefined ? undefined : await findScratch(pool, job.schema);
  const onProgress = await progressFrom(context, job, { schema: job.schema ?? "" });
  let dropped: readonly string[] = [];
  const made = async (one: MadeScratch) => {
    dropped = one.dropped;
    await update(one);
  };
  /** What had to go for the new one, for people. */
  const madeRoom = () => (dropped.length > 0 ? `; dropped to make room: ${dropped.join(", ")}` : "");
  return { projection, pool, store, clock, log, instance, leaseMs, signal, scratch, made, madeRoom, onProgress };
}

async function discardScratch({ schema }: Job, { pool }: JobContext): Promise<void> {
  if (schema === undefined) return;
  await dropScratch(pool, schema).catch((error: unknown) => {
    if (!(error instanceof ScratchUnknownError)) throw error;
  });
}

function parses(text: string): boolean {
  try {
    parseMoment(text);
    return true;
  } catch {
    return false;
  }
}
