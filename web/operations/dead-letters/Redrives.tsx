import { useEffect, useState } from "preact/hooks";
import { Head } from "../../analyst/parts/Head.tsx";
import { ProgressBar } from "../../analyst/parts/ProgressBar.tsx";
import { Reading } from "../../analyst/parts/Reading.tsx";
import { TableFrame } from "../../analyst/parts/TableFrame.tsx";
import { useFeed } from "../../analyst/parts/use-feed.ts";
import { postAbort, type RedriveJob } from "../../api/dead-letters.ts";
import { formatWhen } from "../../messages/format.ts";
import { operationsWords } from "../../messages/operations.ts";
import { newId } from "../../state/ids.ts";
import { followRedrives } from "../../state/operations/dead-letters.ts";
import { Notice } from "../../ui/Notice.tsx";
import { sentenceOf } from "../../ui/trouble.ts";

/** Redrives and discards, how far each is, and how to stop it. */
export function Redrives({ onEnded }: { onEnded: () => void }) {
  const feed = useFeed(followRedrives, false);
  const words = operationsWords.value.dead;
  const jobs = feed.data.value?.jobs;
  const done = jobs?.reduce((sum, job) => sum + job.done + job.failed, 0);
  // What was just redriven leaves the list above without waiting for its next look.
  useEffect(() => {
    if (done !== undefined && done > 0) onEnded();
  }, [done]);
  return (
    <section class="block">
      <h2>{words.jobs}</h2>
      {!jobs ? (
        <Reading trouble={feed.trouble.value} again={feed.look} lines={2} />
      ) : jobs.length === 0 ? (
        <p class="quiet empty-line">{words.noJobs}</p>
      ) : (
        <TableFrame caption={words.jobs} quiet>
          <thead>
            <tr>
              <Head>{words.what}</Head>
              <Head>{words.stateLabel}</Head>
              <Head>{words.since}</Head>
            </tr>
          </thead>
          <tbody>
            {jobs.map((job) => (
              <JobLine key={job.id} job={job} onAborted={feed.look} />
            ))}
          </tbody>
        </TableFrame>
      )}
    </section>
  );
}

function JobLine({ job, onAborted }: { job: RedriveJob; onAborted: () => void }) {
  const [trouble, setTrouble] = useState<unknown>();
  const words = operationsWords.value.dead;
  const { total, done, failed, gone, aborted, waiting, released, state } = job;
  const parts = [
    words.progress(done, total),
    ...(failed > 0 ? [words.failedAgain(failed)] : []),
    ...(aborted > 0 ? [words.left(aborted)] : []),
  ];
  const abort = () =>
    postAbort(job.id, newId()).then(
      () => onAborted(),
      (error: unknown) => setTrouble(error),
    );
  return (
    <tr>
      <th scope="row">
        {words.actions[job.action]}
        <small>{job.rule === undefined ? job.by : words.rule(job.rule)}</small>
      </th>
      <td class="state-cell">
        {words.jobStates[state]}
        {state === "running" && (
          <ProgressBar
            share={
              total === 0 ? undefined : (done + failed + gone) / Math.max(1, done + failed + gone + waiting + released)
            }
            label={words.jobStates.running}
          />
        )}
        <small>{parts.join(", ")}</small>
        {trouble !== undefined && <Notice kind="bad">{sentenceOf(trouble)}</Notice>}
      </td>
      <td>
        {formatWhen(job.createdAt)}{" "}
        {state === "running" && (
          <button type="button" class="button slim" onClick={() => void abort()}>
            {words.abort}
          </button>
        )}
      </td>
    </tr>
  );
}
