import type { Job } from "../../api/replay.ts";
import { analystWords } from "../../messages/analyst.ts";
import { formatCount } from "../../messages/figures.ts";
import { formatDuration } from "../../messages/format.ts";
import { isWorking, shareDone } from "../../state/analyst/jobs.ts";
import { ProgressBar } from "../parts/ProgressBar.tsx";

/** How far a job is: a bar and its figures. */
export function JobProgress({ job }: { job: Job }) {
  const words = analystWords.value.job;
  const { progress, state } = job;
  if (!progress && !isWorking(job)) return null;
  return (
    <section class="progress card" aria-label={words.progress}>
      {isWorking(job) && (
        <ProgressBar share={state === "comparing" ? undefined : shareDone(job)} label={words.progress} />
      )}
      <dl class="facts">
        <div>
          <dt>{words.events}</dt>
          <dd>
            {progress ? formatCount(progress.events) : "–"}
            {progress && (
              <small>
                {formatCount(progress.handled)} {words.handled}
              </small>
            )}
          </dd>
        </div>
        <div>
          <dt>{words.rate}</dt>
          <dd>{progress ? words.perSecond(formatCount(progress.perSecond)) : "–"}</dd>
        </div>
        <div>
          <dt>{words.position}</dt>
          <dd>
            {progress?.position ?? "–"}
            {progress && <small>{words.until(progress.until)}</small>}
          </dd>
        </div>
        {isWorking(job) && (
          <div>
            <dt>{words.remaining}</dt>
            <dd>
              {state === "building" && progress?.remainingSeconds !== undefined
                ? formatDuration(progress.remainingSeconds * 1000)
                : "–"}
              {state === "building" && progress?.remainingEvents !== undefined && (
                <small>{words.remainingEvents(formatCount(progress.remainingEvents))}</small>
              )}
            </dd>
          </div>
        )}
        <div>
          <dt>{words.parked}</dt>
          <dd>{progress ? formatCount(progress.parked) : "–"}</dd>
        </div>
        {job.generation !== undefined && (
          <div>
            <dt>{words.generation}</dt>
            <dd>{job.generation}</dd>
          </div>
        )}
        {job.schema !== undefined && (
          <div>
            <dt>{words.schema}</dt>
            <dd>
              <code>{job.schema}</code>
            </dd>
          </div>
        )}
      </dl>
    </section>
  );
}
