import { readPosition } from "../../../infra/consumers/fence.ts";
import type { BuildProgress } from "../build-generation.ts";
import type { Job, JobContext } from "./job.ts";

/**
 * Turns the progress of a build into that of its job: events of earlier lives of the job count, and what remains is
 * estimated from how many events lay between two positions so far.
 */
export async function progressFrom(
  { pool, progress }: Pick<JobContext, "pool" | "progress">,
  job: Job,
  { schema }: { readonly schema: string },
): Promise<(build: BuildProgress) => void> {
  const { place } = await readPosition(pool, schema);
  const begun = Number(place?.commit ?? 0n);
  const before = place === undefined ? undefined : job.progress;
  return ({ position, until, events, handled, parked, perSecond }) => {
    const [at, end] = [Number(position?.commit ?? 0n), Number(until?.commit ?? 0n)];
    const dense = at > begun ? events / (at - begun) : undefined;
    const remainingEvents = dense === undefined ? undefined : Math.round(dense * Math.max(0, end - at));
    progress({
      events: (before?.events ?? 0) + events,
      handled: (before?.handled ?? 0) + handled,
      perSecond: Math.round(perSecond),
      position: (position?.commit ?? 0n).toString(),
      until: (until?.commit ?? 0n).toString(),
      remainingEvents,
      remainingSeconds:
        remainingEvents === undefined || perSecond <= 0 ? undefined : Math.round(remainingEvents / perSecond),
      parked,
    });
  };
}
