import { useEffect } from "preact/hooks";
import { ApiProblem } from "../../api/problem.ts";
import type { Job } from "../../api/replay.ts";
import { analystWords } from "../../messages/analyst.ts";
import { formatWhen } from "../../messages/format.ts";
import { followJob, hasRows } from "../../state/analyst/jobs.ts";
import { forgetProjections } from "../../state/analyst/projections.ts";
import { Blank } from "../../ui/Blank.tsx";
import { toProjection } from "../parts/links.ts";
import { Reading } from "../parts/Reading.tsx";
import { useFeed } from "../parts/use-feed.ts";
import { AsOfRows } from "../questions/AsOfRows.tsx";
import { DiffView } from "./DiffView.tsx";
import { JobActs } from "./JobActs.tsx";
import { JobProgress } from "./JobProgress.tsx";
import { JobSays } from "./JobSays.tsx";
import { JobSteps } from "./JobSteps.tsx";
import { jobTitle, whoAsked } from "./JobsTable.tsx";

/** One job: how far it is, what came out, and what can be done with it. Its address stays good after a reload. */
export function JobPage({ jobId }: { jobId: string }) {
  const feed = useFeed(() => followJob(jobId));
  // A job changes what is live while it is looked at.
  useEffect(forgetProjections, []);
  const words = analystWords.value.job;
  const job = feed.data.value;
  if (!job) {
    const trouble = feed.trouble.value;
    if (trouble instanceof ApiProblem && (trouble.status === 404 || trouble.status === 400)) {
      return (
        <Blank icon="search" title={words.unknown}>
          <p class="quiet">{words.unknownHint}</p>
          <a class="button" href="/analyst">
            {analystWords.value.toProjections}
          </a>
        </Blank>
      );
    }
    return <Reading trouble={trouble} again={feed.look} lines={10} />;
  }
  return (
    <>
      <div class="lead with-acts">
        <div>
          <h1 tabIndex={-1}>{jobTitle(job)}</h1>
          <p class="quiet small">
            <a href={toProjection(job.projection)}>{words.toProjection(job.projection)}</a>
            {" · "}
            {formatWhen(job.createdAt)} {analystWords.value.by(whoAsked(job))}
          </p>
        </div>
        <JobActs job={job} onDone={feed.look} />
      </div>
      <JobSteps job={job} />
      <JobSays job={job} />
      <JobProgress job={job} />
      <Outcome job={job} look={feed.look} />
    </>
  );
}

function Outcome({ job, look }: { job: Job; look: () => void }) {
  if (hasRows(job)) return <AsOfRows key={job.jobId} job={job} onDropped={look} />;
  if (job.kind === "as-of" && job.state === "done") return <p class="quiet">{analystWords.value.asOf.dropped}</p>;
  if (job.kind !== "as-of" && job.diff) return <DiffView key={`${job.jobId} ${job.diff.position}`} job={job} />;
  return null;
}
