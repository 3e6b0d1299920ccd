import { z } from "zod";
import { readPosition } from "../../../infra/consumers/fence.ts";
import type { Place } from "../../../infra/consumers/position.ts";
import { findGeneration, markReady, putBack, reopenGeneration } from "../../runner/generation-states.ts";
import {
  addGeneration,
  dropGeneration,
  findLive,
  type Generation,
  GenerationStateError,
  GenerationUnknownError,
} from "../../runner/generations.ts";
import type { Projection } from "../../runner/projection.ts";
import { buildUpTo } from "../build-generation.ts";
import type { GenerationDiff } from "../diff.ts";
import type { MeetOptions } from "../live-stands.ts";
import { diffWithLive, replaceOtherVersion, type Swapped, swapIn } from "../swap.ts";
import type { DiffSummary, Job, JobContext, JobKind, JobOutcome } from "./job.ts";
import { JobFailedError } from "./job.ts";
import { progressFrom } from "./progress.ts";

/** What a rebuild can be asked for. */
const rebuildParams = z.object({
  /** Differing rows above this share of all rows need somebody's decision. */
  stopShare: z.number().min(0).max(1).default(0.01),
  /** An earlier generation that is to catch up and go live again, in place of a new one. */
  generation: z.number().int().positive().optional(),
  /** Swap it in as soon as it is ready, if not too much differs. */
  thenSwap: z.boolean().default(false),
  /** Whatever differs is accepted. */
  acceptDiff: z.boolean().default(false),
});
export type RebuildParams = z.output<typeof rebuildParams>;

/**
 * Builds a generation beside the live one, compares them at one position, and swaps it in: at once where that was
 * asked for, else when the job is set to `swapping`.
 */
export const rebuildKind: JobKind = {
  kind: "rebuild",
  parse: (params) => rebuildParams.parse(params),
  run: async (job, context) => await new Rebuild(job, context).run(),
  async discard(job, { pool, update }) {
    if (job.generation === undefined) return;
    const { generation: earlier } = rebuildParams.parse(job.params);
    try {
      const built = await findGeneration(pool, job.projection, job.generation);
      if (built.state === "live") await update({ state: "done", message: "it was swapped in before it was cancelled" });
      else if (earlier !== undefined) await putBack(pool, built);
      else if (built.state !== "previous") await dropGeneration(pool, job.projection, job.generation);
    } catch (error) {
      if (!(error instanceof GenerationUnknownError)) throw error;
    }
  },
};

class Rebuild {
  readonly #job: Job;
  readonly #context: JobContext;
  readonly #params: RebuildParams;
  readonly #projection: Projection;

  constructor(job: Job, context: JobContext) {
    this.#job = job;
    this.#context = context;
    this.#params = rebuildParams.parse(job.params);
    const projection = context.projections.find(({ name }) => name === job.projection);
    if (projection === undefined) throw new JobFailedError(`there is no projection ${job.projection}`);
    this.#projection = projection;
  }

  async run(): Promise<JobOutcome> {
    const { pool, update } = this.#context;
    const live = await findLive(pool, this.#projection.name);
    if (live === undefined) throw new JobFailedError(`${this.#projection.name} has never been started`);
    const rebuilt = await this.#own();
    if (rebuilt.state === "live") return { state: "done", message: "swapped in" };
    const comparable = live.version === this.#projection.version;
    const meeting: MeetOptions = { ...this.#building(), live, rebuilt };
    let diff = this.#job.diff;
    if (this.#job.state !== "swapping") {
      await update({ state: "building" });
      await this.#build(rebuilt, comparable ? (await readPosition(pool, live.schema)).place : undefined);
      if (comparable) {
        await update({ state: "comparing" });
        diff = await this.#compare(meeting);
      }
      await markReady(pool, rebuilt);
      const waits = this.#waits(diff);
      if (waits) return waits;
      await update({ state: "swapping" });
    }
    try {
      const swapped = comparable
        ? await swapIn(meeting)
        : await replaceOtherVersion(meeting, await progressFrom(this.#context, this.#job, rebuilt));
      return { state: "done", message: this.#told(swapped, live, diff) };
    } catch (error) {
      if (!(error instanceof GenerationStateError)) throw error;
      throw new JobFailedError(error.message, { cause: error });
    }
  }

  /** The generation of this job: made by the first run of it, gone on with by the others. */
  async #own(): Promise<Generation> {
    const { pool, clock, update } = this.#context;
    const { name, version } = this.#projection;
    const before = this.#job.generation ?? this.#params.generation;
    try {
      const generation =
        before === undefined
          ? await addGeneration(pool, this.#projection, clock)
          : this.#job.generation === undefined
            ? await reopenGeneration(pool, name, before)
            : await findGeneration(pool, name, before);
      if (generation.version !== version) {
        throw new JobFailedError(
          `${generation.schema} was made by version ${generation.version} of ${name}, which is ${version} now`,
        );
      }
      if (this.#job.generation === undefined) {
        await update({ generation: generation.generation, schema: generation.schema });
      }
      return generation;
    } catch (error) {
      if (!(error instanceof GenerationUnknownError || error instanceof GenerationStateError)) throw error;
      throw new JobFailedError(error.message, { cause: error });
    }
  }

  #building() {
    const { pool, store, log, clock, instance, leaseMs, signal } = this.#context;
    return { projection: this.#projection, pool, store, log, clock, instance, leaseMs, signal };
  }

  /** Up to a place, or the head of the log. */
  async #build(rebuilt: Generation, until: Place): Promise<void> {
    const { store } = this.#context;
    const onProgress = await progressFrom(this.#context, this.#job, rebuilt);
    const done = await buildUpTo({ ...this.#building(), onProgress }, rebuilt, until ?? (await store.head()));
    onProgress(done);
  }

  async #compare(meeting: MeetOptions): Promise<DiffSummary> {
    const details = await diffWithLive(meeting);
    const diff = summaryOf(details, this.#params.stopShare);
    await this.#context.update({ diff, diffDetails: details });
    return diff;
  }

  /** What is waited for before the swap; undefined when nothing is. */
  #waits(diff: DiffSummary | undefined): JobOutcome | undefined {
    const { stopShare, acceptDiff, thenSwap } = this.#params;
    if (diff !== undefined && diff.share > stopShare && !acceptDiff) {
      const message = `${percent(diff.share)} of the rows differ, more than the ${percent(stopShare)} that were allowed`;
      return { state: "needs_decision", message };
    }
    if (thenSwap) return undefined;
    const found =
      diff === undefined
        ? "another version made the live one: they cannot be compared"
        : diff.equal
          ? "equal, row by row"
          : `${percent(diff.share)} of the rows differ`;
    return { state: "ready", message: `built; ${found}` };
  }

  #told({ place, tables, heldMs }: Swapped, live: Generation, diff: DiffSummary | undefined): string {
    const at = `swapped in at position ${place?.commit ?? 0n} in place of ${live.schema}, which waited ${Math.round(heldMs)} ms`;
    if (tables === undefined) return at;
    const unequal = tables.filter(({ equal }) => !equal).map(({ table }) => table);
    if (unequal.length === 0) return `${at}; checksums were equal`;
    if (diff?.equal !== true) return `${at}; ${unequal.join(", ")} differed`;
    this.#context.log.error({ tables: unequal, swapped: place?.commit.toString() }, "generations differ at the swap");
    return `${at}; ${unequal.join(", ")} DIFFERED there, although all was equal at position ${diff.position}`;
  }
}

/** The figures of a diff without its rows. */
export const summaryOf = ({ position, equal, share, tables }: GenerationDiff, stopShare: number): DiffSummary => {
  const sum = (of: "onlyLive" | "onlyRebuilt" | "changed") => tables.reduce((total, table) => total + table[of], 0);
  return {
    position,
    equal,
    share,
    stopShare,
    onlyLive: sum("onlyLive"),
    onlyRebuilt: sum("onlyRebuilt"),
    changed: sum("changed"),
  };
};

const percent = (share: number): string => `${Number((share * 100).toPrecision(3))} %`;
