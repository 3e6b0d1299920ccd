import type { Job } from "../../api/replay.ts";
import { analystWords } from "../../messages/analyst.ts";
import { formatShare } from "../../messages/figures.ts";
import { formatDuration } from "../../messages/format.ts";
import { isWorking } from "../../state/analyst/jobs.ts";
import { now } from "../../state/clock.ts";
import { Notice } from "../../ui/Notice.tsx";

const SILENT_FOR = 30_000;

/** What a job's state means, in a sentence, with what to do next. It keeps its height while the job works. */
export function JobSays({ job }: { job: Job }) {
  return (
    <div class="job-says" data-working={isWorking(job)}>
      <Says job={job} />
    </div>
  );
}

function Says({ job }: { job: Job }) {
  const words = analystWords.value.job;
  const { state, diff } = job;
  if (state === "failed") {
    return (
      <Notice kind="bad" title={words.failed}>
        {job.message !== undefined && <p>{job.message}</p>}
        <p>{words.failedHint}</p>
      </Notice>
    );
  }
  if (state === "cancelled") return <Notice icon="cross">{words.cancelled}</Notice>;
  if (state === "needs_decision" && diff) {
    return (
      <Notice kind="warn" icon="hand" title={words.decision(formatShare(diff.share), formatShare(diff.stopShare))}>
        <p>{words.decisionHint}</p>
      </Notice>
    );
  }
  if (job.kind === "rebuild" && state === "ready") {
    return <Notice icon="check">{diff?.equal ? words.readyEqual : words.readyDiffers}</Notice>;
  }
  if (job.kind === "rebuild" && state === "done") {
    return (
      <Notice icon="check">{job.generation === undefined ? words.swappedPlain : words.swapped(job.generation)}</Notice>
    );
  }
  if (!isWorking(job)) return null;
  const silent = now.value - Date.parse(job.updatedAt);
  if (state !== "queued" && silent > SILENT_FOR) {
    return <Notice kind="warn">{words.stalled(formatDuration(silent))}</Notice>;
  }
  return state === "queued" ? <Notice icon="clock">{words.queuedHint}</Notice> : null;
}
