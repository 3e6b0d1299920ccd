import type { Job, JobState } from "../../api/replay.ts";
import { analystWords } from "../../messages/analyst.ts";
import { Icon, type IconName } from "../../ui/Icon.tsx";

const LOOKS: Record<JobState, { readonly kind: "plain" | "good" | "warn" | "bad"; readonly icon: IconName }> = {
  queued: { kind: "plain", icon: "clock" },
  building: { kind: "plain", icon: "turn" },
  comparing: { kind: "plain", icon: "turn" },
  ready: { kind: "good", icon: "check" },
  needs_decision: { kind: "warn", icon: "hand" },
  swapping: { kind: "plain", icon: "turn" },
  done: { kind: "good", icon: "check" },
  failed: { kind: "bad", icon: "warning" },
  cancelled: { kind: "plain", icon: "cross" },
};

/** Where a job stands: a sign and a word. */
export const JobTag = ({ job: { state } }: { job: Job }) => (
  <span class="tag" data-kind={LOOKS[state].kind} data-state={state}>
    <Icon name={LOOKS[state].icon} />
    {analystWords.value.states[state]}
  </span>
);
