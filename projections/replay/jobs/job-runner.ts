import type { ChildProcess } from "node:child_process";
import type { Pool } from "pg";
import { GrowingPause, messageOf, pause } from "../../../infra/consumers/waiting.ts";
import type { Log } from "../../../infra/log.ts";
import { findFreeJob, freeJobsOf, isAtWork } from "./job-lease.ts";

export interface JobRunnerOptions {
  readonly pool: Pool;
  readonly log: Log;
  /** Starts a process that runs the job under this name and ends; its output is its own affair. */
  launch(jobId: string, owner: string): ChildProcess;
  /** Name of this process; its children's are made of it. */
  readonly instance: string;
  /** How often waiting jobs are looked for. Default 500 ms. */
  readonly everyMs?: number;
  /** A child that has not had its job in work for so long, or was to stop so long ago, is killed. Default 60,000 ms. */
  readonly deafMs?: number;
  readonly signal: AbortSignal;
}

const AFTER_FAILURE = { firstMs: 500, lastMs: 10_000 };
const STOP_WITHIN_MS = 5_000;

/**
 * Takes up jobs that wait, or whose process died, one at a time, each in a process of its own: it has its own CPU and
 * memory, and whatever it does wrong ends with it. Resolves after the signal, when the child has ended. Never rejects.
 */
export async function runJobs(options: JobRunnerOptions): Promise<void> {
  const { pool, log, instance, everyMs = 500, signal } = options;
  const delay = new GrowingPause(AFTER_FAILURE);
  for (let n = 1; !signal.aborted; n++) {
    try {
      const jobId = await findFreeJob(pool);
      if (jobId === undefined) {
        await pause(everyMs, signal);
        continue;
      }
      const owner = `${instance}-job-${n}`;
      log.info({ jobId }, "replay job begins");
      const ended = await endOf(options.launch(jobId, owner), signal, (child, over) =>
        killWhenDeaf(options, child, { jobId, owner }, over),
      );
      // Its lease need not run out: whoever asks the kernel knows that it is gone.
      await freeJobsOf(pool, owner);
      if (ended.code === 0) {
        log.info({ jobId }, "replay job's process has ended");
        delay.reset();
        await pause(everyMs, signal);
      } else {
        log.warn({ jobId, ...ended }, "the process of a replay job has died");
        await delay.wait(signal);
      }
    } catch (error) {
      log.warn({ cause: messageOf(error) }, "replay jobs could not be looked for");
      await delay.wait(signal);
    }
  }
}

interface Ended {
  readonly code: number | null;
  readonly killedBy: NodeJS.Signals | null;
}

/**
 * Kills a child that hears nothing: a handler of somebody else's that never comes back keeps it from renewing its lease,
 * or from being cancelled, and all other jobs would wait for it.
 */
async function killWhenDeaf(
  { pool, log, deafMs = 60_000 }: JobRunnerOptions,
  child: ChildProcess,
  job: { readonly jobId: string; readonly owner: string },
  over: AbortSignal,
): Promise<void> {
  let heardAt = performance.now();
  while (!over.aborted) {
    await pause(deafMs / 6, over);
    // With the database away nobody can tell.
    const heard = await isAtWork(pool, job).catch(() => true);
    if (over.aborted) return;
    if (heard) heardAt = performance.now();
    else if (performance.now() - heardAt > deafMs) {
      log.warn(job, "the process of a replay job hears nothing: it is killed");
      child.kill("SIGKILL");
      return;
    }
  }
}

/** Waits for the end of a child, which the signal brings about; `watch` looks after it until then, and never rejects. */
function endOf(
  child: ChildProcess,
  signal: AbortSignal,
  watch: (child: ChildProcess, over: AbortSignal) => Promise<void>,
): Promise<Ended> {
  const over = new AbortController();
  void watch(child, over.signal);
  return new Promise((resolve, reject) => {
    let killing: NodeJS.Timeout | undefined;
    const stop = () => {
      child.kill("SIGTERM");
      killing = setTimeout(() => child.kill("SIGKILL"), STOP_WITHIN_MS);
    };
    const clean = () => {
      over.abort();
      clearTimeout(killing);
      signal.removeEventListener("abort", stop);
    };
    child.once("error", (error) => {
      clean();
      reject(error);
    });
    child.once("exit", (code, killedBy) => {
      clean();
      resolve({ code, killedBy });
    });
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
  });
}
