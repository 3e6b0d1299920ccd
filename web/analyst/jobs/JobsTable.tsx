import type { Job, JobKind } from "../../api/replay.ts";
import { analystWords } from "../../messages/analyst.ts";
import { formatCount, formatMoment, formatShare } from "../../messages/figures.ts";
import { formatWhen } from "../../messages/format.ts";
import { followJobs, shareDone } from "../../state/analyst/jobs.ts";
import { Head } from "../parts/Head.tsx";
import { JobTag } from "../parts/JobTag.tsx";
import { toJob } from "../parts/links.ts";
import { ProgressBar } from "../parts/ProgressBar.tsx";
import { Reading } from "../parts/Reading.tsx";
import { TableFrame } from "../parts/TableFrame.tsx";
import { useFeed } from "../parts/use-feed.ts";

interface JobsTableProps {
  readonly title: string;
  readonly caption: string;
  readonly asked: { readonly projection?: string; readonly kind?: JobKind };
  /** What to say when there are none. */
  readonly empty: string;
}

/** What was asked of the read models, newest first; each leads to its own page. */
export function JobsTable({ title, caption, asked, empty }: JobsTableProps) {
  const feed = useFeed(() => followJobs(asked), false);
  const words = analystWords.value.projections;
  const jobs = feed.data.value?.jobs;
  const compares = asked.kind !== "as-of";
  return (
    <section class="block">
      <h2>{title}</h2>
      {!jobs ? (
        <Reading trouble={feed.trouble.value} again={feed.look} lines={3} />
      ) : jobs.length === 0 ? (
        <p class="quiet empty-line">{empty}</p>
      ) : (
        <TableFrame caption={caption} quiet>
          <thead>
            <tr>
              <Head>{words.what}</Head>
              <Head>{words.state}</Head>
              {compares && <Head>{words.lastDiff}</Head>}
              <Head>{words.started}</Head>
            </tr>
          </thead>
          <tbody>
            {jobs.map((job) => (
              <JobLine key={job.jobId} job={job} compares={compares} />
            ))}
          </tbody>
        </TableFrame>
      )}
    </section>
  );
}

function JobLine({ job, compares }: { job: Job; compares: boolean }) {
  const words = analystWords.value;
  const { diff } = job;
  return (
    <tr>
      <th scope="row">
        <a href={toJob(job.jobId)} data-row>
          {jobTitle(job)}
        </a>
      </th>
      <td class="state-cell">
        {job.state === "building" ? (
          <ProgressBar share={shareDone(job)} label={words.states.building} />
        ) : (
          <JobTag job={job} />
        )}
      </td>
      {compares && (
        <td>
          {!diff ? "–" : diff.equal ? words.projections.equal : words.projections.differs(formatShare(diff.share))}
        </td>
      )}
      <td>
        {formatWhen(job.createdAt)} <span class="quiet small">{words.by(whoAsked(job))}</span>
      </td>
    </tr>
  );
}

/** What a job was asked for, in one line. */
export function jobTitle({ kind, projection, params }: Job): string {
  const words = analystWords.value.kinds;
  if (kind === "as-of") {
    const moment =
      params?.time !== undefined
        ? formatMoment(params.time)
        : params?.position !== undefined
          ? analystWords.value.asOf.at(params.position)
          : "";
    return `${words[kind](projection)} ${moment}`.trim();
  }
  if (kind === "what-if" && params?.handler !== undefined) return `${words[kind](projection)} · ${params.handler}`;
  if (params?.generation !== undefined) return words.back(projection, params.generation);
  return words[kind](projection);
}

/** Who asked for a job, as short as it stays recognisable: a role with the beginning of an id. */
export function whoAsked({ requestedBy }: Job): string {
  const [role = "", id] = requestedBy.split(":");
  return id === undefined || id === "" ? role : `${role} ${id.slice(0, 8)}`;
}

/** A number of rows in words. */
export const rowsText = (n: number): string => analystWords.value.swap.rowsOf(n, formatCount(n));
