import { getJob, getJobs, type Job, type JobKind, type JobState } from "../../api/replay.ts";
import { type Polled, poll } from "../polled.ts";

const WORKING: ReadonlySet<JobState> = new Set(["queued", "building", "comparing", "swapping"]);
const UNFINISHED: ReadonlySet<JobState> = new Set([...WORKING, "ready", "needs_decision"]);

/** True while the server does something for it. */
export const isWorking = ({ state }: Job): boolean => WORKING.has(state);

/** True while there is something to wait for or to decide. */
export const isUnfinished = ({ state }: Job): boolean => UNFINISHED.has(state);

/** True when the rows that it built can be read: those of a scratch schema stay until they are dropped. */
export const hasRows = ({ kind, state, schema }: Job): boolean =>
  kind === "as-of" && (state === "ready" || state === "done") && schema !== undefined;

/** How far it has come, 0 to 1; undefined while that is not known. */
export function shareDone({ state, progress }: Job): number | undefined {
  if (state === "ready" || state === "needs_decision" || state === "done" || state === "swapping") return 1;
  if (!progress) return undefined;
  if (progress.remainingEvents !== undefined) {
    const all = progress.events + progress.remainingEvents;
    return all === 0 ? 1 : progress.events / all;
  }
  const until = Number(progress.until);
  return until > 0 ? Math.min(1, Number(progress.position) / until) : undefined;
}

/** Follows one job: every second while it works, and slowly after, since somebody else may act on it. */
export const followJob = (jobId: string): Polled<Job> =>
  poll(
    () => getJob(jobId),
    (job) => (job === undefined || isWorking(job) ? 1_000 : 4_000),
  );

/** Follows the newest jobs of a projection or a kind. */
export const followJobs = (asked: { projection?: string; kind?: JobKind }): Polled<{ readonly jobs: readonly Job[] }> =>
  poll(
    () => getJobs({ ...asked, limit: 20 }),
    (read) => (read?.jobs.some(isWorking) ? 2_000 : 4_000),
  );
