import { readdir, readFile } from "node:fs/promises";
import type { Pool } from "pg";
import { FINAL_STATES, type Job, type JobState } from "../../../projections/replay/jobs/job.ts";
import { findJob } from "../../../projections/replay/jobs/job-table.ts";
import { tokenFor } from "../../system.ts";
import { until } from "../drill.ts";

/** How often a job is looked at: soon enough to strike it in each of its states. */
const LOOK_MS = 15;
const LOOKS = 10;
const BOUND_MS = 180_000;
/** While a job is in one of these, its process is killed, once in each. */
const STRIKE_IN: readonly JobState[] = ["building", "comparing", "swapping"];

export interface ReplaysOptions {
  /** Address of the API. */
  readonly url: string;
  readonly pool: Pool;
  /** Tells people what happens, a line at a time. */
  say(line: string): void;
}

/** Read models that are rebuilt and swapped in through the API, and what went wrong with it. */
export class Replays {
  readonly breaches: string[] = [];
  kills = 0;
  swaps = 0;
  readonly #url: string;
  readonly #pool: Pool;
  readonly #say: (line: string) => void;

  constructor({ url, pool, say }: ReplaysOptions) {
    this.#url = url;
    this.#pool = pool;
    this.#say = say;
  }

  /** Rebuilds and swaps one read model, as an analyst does; `struck`: its process is killed in each state of the job. */
  async run(projection: string, struck: boolean): Promise<void> {
    const begun = performance.now();
    const strikes = new Set<JobState>(struck ? STRIKE_IN : []);
    const { jobId } = await this.#post("/api/replay/jobs", { kind: "rebuild", projection }, `drill-${projection}`);
    const built = await this.#until(jobId, strikes, ({ state }) => state === "ready");
    if (built.state !== "ready" || built.diff?.equal !== true) {
      this.breaches.push(
        `${projection} was not rebuilt equal: ${built.state}, ${built.message} ${JSON.stringify(built.diff)}`,
      );
      return;
    }
    await this.#post(`/api/replay/jobs/${jobId}/swap`, {});
    const done = await this.#until(jobId, strikes, ({ state }) => state === "done");
    // A process that was killed between the swap and its note about it cannot tell of the checksums any more.
    const told = done.message?.endsWith("checksums were equal") || (struck && done.message === "swapped in");
    if (done.state !== "done" || !told)
      this.breaches.push(`${projection} was not swapped: ${done.state}, ${done.message}`);
    else this.swaps++;
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    this.#say(`  ${projection}: ${built.progress?.events} events; ${done.message}; ${seconds} s in all`);
  }

  /** Waits for a state, and kills the job's process once in each of some states. */
  async #until(jobId: string, strikes: Set<JobState>, reached: (job: Job) => boolean): Promise<Job> {
    let job: Job | undefined;
    await until(`job ${jobId} gets on`, BOUND_MS, async () => {
      for (let look = 0; look < LOOKS; look++) {
        job = await findJob(this.#pool, jobId);
        if (job && (reached(job) || FINAL_STATES.includes(job.state) || job.state === "needs_decision")) return true;
        if (job && strikes.has(job.state) && (await this.#strike(job))) strikes.delete(job.state);
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      }
      return false;
    });
    if (job === undefined) throw new Error(`job ${jobId} has vanished`);
    return job;
  }

  async #strike({ jobId, state, projection }: Job): Promise<boolean> {
    const pid = await processOf(jobId);
    if (pid === undefined) return false;
    process.kill(pid, "SIGKILL");
    this.kills++;
    this.#say(`  the process that rebuilds ${projection} is killed while ${state}`);
    return true;
  }

  async #post(path: string, body: unknown, key?: string): Promise<Job> {
    const url = this.#url;
    const token = await tokenFor(url, "analyst", { id: "drill-analyst" });
    const response = await fetch(url + path, {
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        ...(key === undefined ? {} : { "idempotency-key": key }),
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(15_000),
    });
    if (response.status !== 202) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as Job;
  }
}

/** The process that runs a job now, by its command line. */
async function processOf(jobId: string): Promise<number | undefined> {
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    if (line.includes(`run-job\0${jobId}`)) return Number(pid);
  }
  return undefined;
}
