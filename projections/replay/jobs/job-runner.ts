import type { ChildProcess } from "node:child_process";
import type { Pool } from "pg";
import { GrowingPause, messageOf, pause } from "../../../infra/consumers/waiting.ts";
import type { Log } from "../../../infra/log.ts";
import { findFreeJob, freeJobsOf } from "./job-lease.ts";

export interface JobRunnerOptions {
  readonly pool: Pool;
  readonly log: Log;
  /** Starts a process that runs the job under this name and ends; its output is its own affair. */
  launch(jobId: string, owner: string): ChildProcess;
  /** Name of this process; its children's are made of it. */
  readonly instance: string;
  /** How often waiting jobs are looked for. Default 500 ms. */
  readonly everyMs?: number;
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
      const ended = await endOf(options.launch(jobId, owner), signal);
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

/** Waits for the end of a child, which the signal brings about. */
function endOf(child: ChildProcess, signal: AbortSignal): Promise<Ended> {
  return new Promise((resolve, reject) => {
    let killing: NodeJS.Timeout | undefined;
    const stop = () => {
      child.kill("SIGTERM");
      killing = setTimeout(() => child.kill("SIGKILL"), STOP_WITHIN_MS);
    };
    const clean = () => {
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
