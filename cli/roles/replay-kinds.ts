import { readConfig } from "../../infra/config.ts";
import type { JobKind } from "../../projections/replay/jobs/job.ts";
import { rebuildKind } from "../../projections/replay/jobs/rebuild-kind.ts";
import { questionKinds } from "../../projections/replay/questions/kinds.ts";

/** Every kind of replay work that can be asked for. */
export const JOB_KINDS: readonly JobKind[] = [
  rebuildKind,
  ...questionKinds({ handlers: () => readConfig().REPLAY_HANDLERS, anyFile: false }),
];
