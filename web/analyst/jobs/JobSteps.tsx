import type { Job, JobState } from "../../api/replay.ts";
import { analystWords } from "../../messages/analyst.ts";
import { Icon } from "../../ui/Icon.tsx";

type Step = "queued" | "building" | "comparing" | "ready" | "done";

const STEPS: Readonly<Record<Job["kind"], readonly Step[]>> = {
  rebuild: ["queued", "building", "comparing", "ready", "done"],
  "what-if": ["queued", "building", "comparing", "ready"],
  "as-of": ["queued", "building", "ready"],
};

const AT: Partial<Record<JobState, Step>> = {
  queued: "queued",
  building: "building",
  comparing: "comparing",
  ready: "ready",
  needs_decision: "ready",
  swapping: "done",
  done: "done",
};

/** The way of a job, and where on it it is. */
export function JobSteps({ job }: { job: Job }) {
  const words = analystWords.value.job.steps;
  const at = AT[job.state];
  if (at === undefined) return null;
  const steps = STEPS[job.kind];
  const found = steps.indexOf(at);
  const now = found < 0 ? steps.length - 1 : found;
  const names = { ...words, ready: job.kind === "as-of" ? analystWords.value.asOf.rowsTitle : words.ready };
  return (
    <ol class="steps">
      {steps.map((step, index) => {
        const passed = index < now || job.state === "done";
        return (
          <li
            key={step}
            data-state={passed ? "passed" : index === now ? "now" : "to-come"}
            aria-current={index === now ? "step" : undefined}
          >
            {passed && <Icon name="check" />}
            {names[step]}
          </li>
        );
      })}
    </ol>
  );
}
