import type { JobKind } from "../../projections/replay/jobs/job.ts";
import type { Projection } from "../../projections/runner/projection.ts";

/** What can be replayed: given by the composition root, which knows every projection and every kind of job. */
export interface ReplayCatalogue {
  readonly projections: readonly Projection[];
  readonly kinds: readonly JobKind[];
}
