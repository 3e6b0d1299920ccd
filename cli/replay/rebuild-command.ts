import { createInterface } from "node:readline/promises";
import { ConfigError } from "../../infra/config.ts";
import { PROJECTIONS } from "../../projections/read-models.ts";
import type { GenerationDiff } from "../../projections/replay/diff.ts";
import type { Job } from "../../projections/replay/jobs/job.ts";
import { findDiff, findJob } from "../../projections/replay/jobs/job-table.ts";
import { listGenerations } from "../../projections/runner/generation-states.ts";
import { EXIT } from "../exit.ts";
import { buildAll } from "./build-all.ts";
import { type ReplayEngines, untilStopped, withEngines } from "./engines.ts";
import { discard, JobElsewhereError, letSwap, newRebuild, runHere, unfinishedRebuild } from "./jobs.ts";
import { diffLines } from "./text.ts";

export interface RebuildOptions {
  readonly yes?: true;
  readonly swap: boolean;
  readonly stopShare?: number;
  readonly acceptDiff?: true;
  readonly fresh?: true;
  readonly back?: true;
  readonly json?: true;
}

/** How a rebuild came out, as `--json` prints it. */
interface Outcome {
  readonly job: Job;
  readonly diff: GenerationDiff | undefined;
}

/**
 * Rebuilds projections: several are built by one reading of the log, then compared and swapped one after the other. Ends
 * with a failure where one did not come to its end.
 */
export async function rebuildCommand(names: readonly string[], options: RebuildOptions): Promise<void> {
  for (const name of names) {
    if (PROJECTIONS.some((projection) => projection.name === name)) continue;
    throw new ConfigError(
      `there is no projection "${name}"; there are: ${PROJECTIONS.map((one) => one.name).join(", ")}`,
    );
  }
  const signal = untilStopped();
  await withEngines(
    async (engines) => {
      const outcomes: Outcome[] = [];
      const begun: { readonly rebuilding: Rebuilding; readonly job: Job }[] = [];
      for (const name of names) {
        const rebuilding = new Rebuilding(engines, name, options, signal);
        begun.push({ rebuilding, job: await rebuilding.begin() });
      }
      if (names.length > 1) {
        const jobs = begun.map(({ job }) => job);
        const say = (line: string) => process.stderr.write(`${line}\n`);
        await buildAll(engines, jobs, { signal, quiet: options.json ?? false, say });
      }
      for (const { rebuilding, job } of begun) {
        if (signal.aborted) break;
        outcomes.push(await (names.length > 1 ? rebuilding.runIfFree(job) : rebuilding.run(job)));
      }
      if (options.json) process.stdout.write(`${JSON.stringify(outcomes, null, 2)}\n`);
      const fine = outcomes.every(({ job }) => job.state === "done" || (job.state === "ready" && !options.swap));
      if (!fine || outcomes.length < names.length) process.exitCode = EXIT.failed;
    },
    { forPeople: true },
  );
}

class Rebuilding {
  readonly #engines: ReplayEngines;
  readonly #name: string;
  readonly #options: RebuildOptions;
  readonly #signal: AbortSignal;

  constructor(engines: ReplayEngines, name: string, options: RebuildOptions, signal: AbortSignal) {
    this.#engines = engines;
    this.#name = name;
    this.#options = options;
    this.#signal = signal;
  }

  /** Builds, compares and swaps what `begin` has answered. */
  async run(begun: Job): Promise<Outcome> {
    const waits = begun.state === "ready" || begun.state === "needs_decision";
    const built = waits ? begun : await this.#run(begun);
    const diff = await findDiff(this.#engines.pool, built.jobId);
    if (diff && built.diff) this.#say(...diffLines(diff, built.diff));
    const swapped = await this.#swap(built);
    this.#conclude(swapped);
    return { job: swapped, diff };
  }

  /** As `run`, among several: one that another process has in work does not keep the others from being done. */
  async runIfFree(begun: Job): Promise<Outcome> {
    try {
      return await this.run(begun);
    } catch (error) {
      if (!(error instanceof JobElsewhereError)) throw error;
      this.#say(`${this.#name}: ${error.message}.`);
      return { job: (await findJob(this.#engines.pool, begun.jobId)) ?? begun, diff: undefined };
    }
  }

  /** The rebuild that was left unfinished, or a new one. */
  async begin(): Promise<Job> {
    const unfinished = await unfinishedRebuild(this.#engines, this.#name);
    if (unfinished && (this.#options.fresh || this.#options.back)) await discard(this.#engines, unfinished);
    else if (unfinished) {
      const since = unfinished.createdAt.slice(0, 19).replace("T", " ");
      this.#say(
        `Going on with the rebuild of ${this.#name} of ${since} (${unfinished.state.replace("_", " ")}); ` +
          `--fresh would start a new one.`,
      );
      return unfinished;
    }
    const { stopShare, acceptDiff, back } = this.#options;
    const generation = back ? await this.#previous() : undefined;
    return await newRebuild(this.#engines, this.#name, { stopShare, acceptDiff, generation });
  }

  /** The newest generation that was live before. */
  async #previous(): Promise<number> {
    const generations = await listGenerations(this.#engines.pool);
    const previous = generations.findLast(({ projection, state }) => projection === this.#name && state === "previous");
    if (previous) return previous.generation;
    throw new ConfigError(`no earlier generation of ${this.#name} is kept`);
  }

  async #run(job: Job): Promise<Job> {
    return await runHere(this.#engines, job, { signal: this.#signal, quiet: this.#options.json ?? false });
  }

  /** Swaps what is ready, when it is wanted. */
  async #swap(job: Job): Promise<Job> {
    const tooMuch = job.state === "needs_decision";
    if ((job.state !== "ready" && !tooMuch) || !this.#options.swap || this.#signal.aborted) return job;
    if (tooMuch && !this.#options.acceptDiff) {
      this.#say(`STOPPED: ${job.message ?? "too much differs"}. Nothing was swapped.`);
      if (!(await this.#agreed("Swap it in all the same?"))) return job;
    } else if (!this.#options.yes && !(await this.#agreed("Swap it in?"))) return job;
    const swapping = await letSwap(this.#engines, job, tooMuch);
    return swapping ? await this.#run(swapping) : job;
  }

  /** Asks on a terminal; elsewhere nobody agrees. */
  async #agreed(question: string): Promise<boolean> {
    if (!process.stdin.isTTY || this.#options.json || (this.#options.yes && question === "Swap it in?")) return false;
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    try {
      const answer = await terminal.question(`${question} [y/N] `, { signal: this.#signal });
      return /^y(es)?$/i.test(answer.trim());
    } catch {
      return false;
    } finally {
      terminal.close();
    }
  }

  #conclude(job: Job): void {
    const again = `ordertrail replay ${this.#name}`;
    switch (job.state) {
      case "done":
        this.#say(`${this.#name}: ${job.message ?? "done"}. "${again} --back" swaps the one before in again.`);
        break;
      case "ready":
        this.#say(`${job.schema} is ready and not swapped in: "${again} --yes" swaps it in, --fresh starts anew.`);
        break;
      case "needs_decision":
        this.#say(`"${again} --accept-diff --yes" swaps ${job.schema} in, "${again} --fresh" starts anew.`);
        break;
      case "failed":
        this.#say(`${this.#name}: failed: ${job.message ?? "for an unknown reason"}`);
        break;
      default:
        this.#say(
          `${this.#name}: stopped while ${job.state}; "${again}" goes on with it. ${job.message ?? ""}`.trimEnd(),
        );
    }
  }

  #say(...lines: readonly string[]): void {
    if (this.#options.json) return;
    for (const line of lines) process.stdout.write(`${line}\n`);
  }
}
