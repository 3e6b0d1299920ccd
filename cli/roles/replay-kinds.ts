import type { JobKind } from "../../projections/replay/jobs/job.ts";
import { rebuildKind } from "../../projections/replay/jobs/rebuild-kind.ts";

/** Every kind of replay work that can be asked for. */
export const JOB_KINDS: readonly JobKind[] = [rebuildKind];
