import type { Pool } from "pg";
import { ZodError } from "zod";
import type { Clock } from "../../../infra/clock.ts";
import { failsOnDatabase } from "../../../infra/consumers/failures.ts";
import { OwnershipLostError } from "../../../infra/consumers/fence.ts";
import { messageOf } from "../../../infra/consumers/waiting.ts";
import type { DatedEventStore } from "../../../infra/event-store/port.ts";
import type { Log } from "../../../infra/log.ts";
import type { Projection } from "../../runner/projection.ts";
import { BuildEndedError } from "../build-generation.ts";
import { NeverMetError } from "../live-stands.ts";
import {
  type Job,
  type JobChange,
  type JobContext,
  JobFailedError,
  type JobKind,
  JobLostError,
  type JobProgress,
} from "./job.ts";
import { giveBack, MOST_TRIES, renewJob, type TakenJob, takeJob } from "./job-lease.ts";
import { changeJob, findJob, type TakenBy } from "./job-table.ts";

export interface RunJobOptions {
  readonly pool: Pool;
  readonly store: DatedEventStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly projections: readonly Projection[];
  readonly kinds: readonly JobKind[];
  readonly jobId: string;
  /** Name of this process. */
  readonly owner: string;
  /** After this long without a sign another process takes the job. */
  readonly leaseMs: number;
  /** Left out, whoever was to run it stays. */
  readonly takenBy?: TakenBy;
  /** Ends the run; the job stays as it is and can be taken up again. */
  readonly signal?: AbortSignal;
  /** As the row is written, but at once. */
  readonly onProgress?: (progress: JobProgress) => void;
  readonly onChange?: (job: Job) => void;
}

const WRITE_PROGRESS_MS = 500;

/** The name under which a job holds leases: the same in each of its lives. */
export const jobInstance = (jobId: string): string => `replay-${jobId}`;

/**
 * Runs a job until it has ended or waits for somebody, and answers with how it stands then; undefined when it was not
 * free: another process has it, or it has ended. Rejects when the database cannot be asked.
 */
export async function runJob(options: RunJobOptions): Promise<Job | undefined> {
  const taken = await takeJob(options.pool, options);
  if (taken === undefined) return undefined;
  return await new JobRun(options, taken).run();
}

class JobRun {
  readonly #options: RunJobOptions;
  readonly #taken: TakenJob;
  readonly #ending = new AbortController();
  readonly #signal: AbortSignal;
  #cancelWanted: boolean;
  #lost = false;
  #renewing: Promise<void> | undefined;
  #heldUntil: number;
  #progress: JobProgress | undefined;
  #progressAt = Number.NEGATIVE_INFINITY;
  #writing: Promise<unknown> | undefined;

  constructor(options: RunJobOptions, taken: TakenJob) {
    this.#options = options;
    this.#taken = taken;
    this.#cancelWanted = taken.cancelWanted;
    this.#heldUntil = performance.now() + options.leaseMs;
    const { signal } = options;
    this.#signal = signal ? AbortSignal.any([signal, this.#ending.signal]) : this.#ending.signal;
  }

  async run(): Promise<Job | undefined> {
    const { pool, jobId, leaseMs } = this.#options;
    const timer = setInterval(() => this.#renew(), leaseMs / 3);
    try {
      const job = await findJob(pool, jobId);
      const kind = this.#options.kinds.find((one) => one.kind === job?.kind);
      if (job === undefined) return undefined;
      if (kind === undefined) return await this.#end({ state: "failed", message: `there is no kind "${job.kind}"` });
      if (this.#cancelWanted) return await this.#cancel(kind);
      if (this.#taken.tries > MOST_TRIES) {
        const message = `given up: it ended ${MOST_TRIES} times without getting on${job.message ? `; ${job.message}` : ""}`;
        return await this.#end({ state: "failed", message });
      }
      return await this.#work(kind, job);
    } finally {
      clearInterval(timer);
      await this.#renewing;
    }
  }

  async #work(kind: JobKind, job: Job): Promise<Job | undefined> {
    const { pool, log } = this.#options;
    try {
      const outcome = await kind.run(job, this.#context());
      await this.#writing;
      return await this.#end(outcome);
    } catch (error) {
      await this.#writing?.catch(() => {});
      if (this.#cancelWanted && !this.#lost) return await this.#cancel(kind);
      if (this.#lost || error instanceof JobLostError) {
        log.warn({ jobId: job.jobId }, "another process has the job");
      } else if (this.#signal.aborted) {
        await giveBack(pool, this.#taken, { retry: false });
      } else if (passes(error)) {
        log.warn({ jobId: job.jobId, cause: messageOf(error) }, "job failed; it is tried again");
        await this.#write({ message: messageOf(error) }).catch(() => undefined);
        await giveBack(pool, this.#taken, { retry: true });
      } else {
        log.error({ jobId: job.jobId, err: error }, "job failed");
        return await this.#end({ state: "failed", message: forPeople(error) });
      }
      return await findJob(pool, job.jobId);
    }
  }

  async #cancel(kind: JobKind): Promise<Job | undefined> {
    const { pool, jobId } = this.#options;
    const job = await findJob(pool, jobId);
    if (job === undefined) return undefined;
    // What was already swapped in when the word came can no longer be cancelled.
    if (job.state === "done") return await this.#end({});
    await kind.discard(job, { ...this.#context(), signal: this.#options.signal ?? new AbortController().signal });
    const left = await findJob(pool, jobId);
    return await this.#end(left?.state === "done" ? {} : { state: "cancelled", message: "cancelled" });
  }

  async #end(change: JobChange): Promise<Job> {
    const job = await this.#write(change);
    await giveBack(this.#options.pool, this.#taken, { retry: false });
    return job;
  }

  #context(): JobContext {
    const { pool, store, clock, log, projections, jobId, leaseMs } = this.#options;
    return {
      pool,
      store,
      clock,
      log,
      projections,
      instance: jobInstance(jobId),
      leaseMs,
      signal: this.#signal,
      progress: (progress) => this.#note(progress),
      update: async (change) => {
        await this.#writing?.catch(() => {});
        return await this.#write(change);
      },
    };
  }

  async #write(change: JobChange): Promise<Job> {
    const { pool, clock } = this.#options;
    const progress = this.#progress;
    const job = await changeJob(pool, this.#taken, { ...(progress && { progress }), ...change }, clock);
    if (job === undefined) {
      this.#lose();
      throw new JobLostError(`another process has the job ${this.#taken.jobId}`);
    }
    this.#options.onChange?.(job);
    return job;
  }

  #note(progress: JobProgress): void {
    this.#progress = progress;
    this.#options.onProgress?.(progress);
    const now = performance.now();
    if (this.#writing || now - this.#progressAt < WRITE_PROGRESS_MS) return;
    this.#progressAt = now;
    this.#writing = changeJob(this.#options.pool, this.#taken, { progress: this.#progress }, this.#options.clock)
      .then(
        (job) => {
          if (job === undefined) this.#lose();
        },
        (error: unknown) => this.#options.log.warn({ cause: messageOf(error) }, "progress could not be noted"),
      )
      .finally(() => {
        this.#writing = undefined;
      });
  }

  #renew(): void {
    if (performance.now() > this.#heldUntil) this.#lose();
    if (this.#lost || this.#renewing) return;
    this.#renewing = this.#renewOnce().finally(() => {
      this.#renewing = undefined;
    });
  }

  async #renewOnce(): Promise<void> {
    const { pool, leaseMs, log } = this.#options;
    const asked = performance.now();
    try {
      const renewed = await renewJob(pool, this.#taken, leaseMs);
      if (renewed === undefined) return this.#lose();
      this.#heldUntil = asked + leaseMs;
      if (renewed.cancelWanted && !this.#cancelWanted) {
        this.#cancelWanted = true;
        this.#ending.abort();
      }
    } catch (error) {
      log.warn({ jobId: this.#taken.jobId, cause: messageOf(error) }, "the job's lease could not be renewed");
    }
  }

  #lose(): void {
    this.#lost = true;
    this.#ending.abort();
  }
}

/** What may be different at the next try. */
const passes = (error: unknown): boolean =>
  failsOnDatabase(error) ||
  error instanceof BuildEndedError ||
  error instanceof NeverMetError ||
  error instanceof OwnershipLostError;

function forPeople(error: unknown): string {
  if (error instanceof JobFailedError) return error.message;
  if (error instanceof ZodError)
    return error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
  return messageOf(error);
}
