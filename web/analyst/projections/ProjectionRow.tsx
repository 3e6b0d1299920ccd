import type { Job, ProjectionState } from "../../api/replay.ts";
import { analystWords } from "../../messages/analyst.ts";
import { formatBytes, formatCount, formatShare, formatSpan } from "../../messages/figures.ts";
import { formatDuration, formatWhen } from "../../messages/format.ts";
import { isUnfinished, isWorking, shareDone } from "../../state/analyst/jobs.ts";
import { sizeOf } from "../../state/analyst/projections.ts";
import { Icon } from "../../ui/Icon.tsx";
import { JobTag } from "../parts/JobTag.tsx";
import { KeyButton } from "../parts/KeyButton.tsx";
import { toJob, toProjection } from "../parts/links.ts";
import { ProgressBar } from "../parts/ProgressBar.tsx";

/** One read model. Each cell has two lines, so that nothing moves while a rebuild is watched. */
export function ProjectionRow({ projection, onRebuild }: { projection: ProjectionState; onRebuild: () => void }) {
  const words = analystWords.value.projections;
  const { name, version, live, parked, others } = projection;
  const { rows, bytes } = sizeOf(projection);
  return (
    <tr data-projection={name}>
      <th scope="row">
        <a href={toProjection(name)} data-row>
          {name}
        </a>
        {projection.removed ? (
          <small class="warn" title={words.removedHint}>
            {words.removed}
          </small>
        ) : (
          <small>{words.version(version)}</small>
        )}
      </th>
      <td class="n">
        {live?.position ?? "–"}
        <small />
      </td>
      <td class="n" data-late={live !== undefined && live.lagEvents > 0}>
        {live ? <Lag events={live.lagEvents} seconds={live.lagSeconds} /> : <>–</>}
      </td>
      <td>
        {live ? (
          <>
            {live.generation}
            {live.version === version ? (
              <small>{others.length > 0 && words.beside(others.length)}</small>
            ) : (
              <small class="warn" title={words.otherVersionHint(live.version, version)}>
                {words.otherVersion(live.version)}
              </small>
            )}
          </>
        ) : (
          <span class="warn" title={words.notLiveHint}>
            {words.notLive}
          </span>
        )}
      </td>
      <td class="n">
        {formatBytes(bytes)}
        <small title={words.rowCountHint}>≈ {words.rows(rows, formatCount(rows))}</small>
      </td>
      <td class="n">
        {parked > 0 ? (
          <span class="warn" title={`${words.parkedStreams(parked)}. ${words.parkedHint}`}>
            <Icon name="warning" /> {formatCount(parked)}
          </span>
        ) : (
          formatCount(0)
        )}
      </td>
      <td class="rebuild-cell">
        <LastRebuild job={projection.lastRebuild} />
      </td>
      <td>
        <LastDiff projection={projection} />
      </td>
      <td class="acts-cell">
        <Act projection={projection} onRebuild={onRebuild} />
      </td>
    </tr>
  );
}

function Lag({ events, seconds }: { events: number; seconds: number }) {
  const words = analystWords.value.projections;
  if (events <= 0) return <>{words.upToDate}</>;
  return (
    <>
      {words.lagEvents(events, formatCount(events))}
      <small>{formatSpan(Math.max(0, seconds) * 1000)}</small>
    </>
  );
}

function LastRebuild({ job }: { job: Job | undefined }) {
  const words = analystWords.value.projections;
  if (!job) {
    return (
      <>
        <span class="quiet">{words.never}</span>
        <small />
      </>
    );
  }
  const { progress } = job;
  if (job.state === "building" && progress) {
    return (
      <>
        <ProgressBar share={shareDone(job)} label={analystWords.value.kinds.rebuild(job.projection)} />
        <small>
          {words.perSecond(formatCount(progress.perSecond))}
          {progress.remainingSeconds !== undefined &&
            ` · ${words.left(formatDuration(progress.remainingSeconds * 1000))}`}
        </small>
      </>
    );
  }
  return (
    <>
      <JobTag job={job} />
      <small>{formatWhen(job.updatedAt)}</small>
    </>
  );
}

function LastDiff({ projection: { lastDiff } }: { projection: ProjectionState }) {
  const words = analystWords.value.projections;
  if (!lastDiff) {
    return (
      <>
        <span class="quiet">–</span>
        <small />
      </>
    );
  }
  const differing = lastDiff.onlyLive + lastDiff.onlyRebuilt + lastDiff.changed;
  return (
    <>
      {lastDiff.equal ? (
        <span class="good">
          <Icon name="check" /> {words.equal}
        </span>
      ) : (
        <span>{words.differs(formatShare(lastDiff.share))}</span>
      )}
      <small>{lastDiff.equal ? "" : words.rows(differing, formatCount(differing))}</small>
    </>
  );
}

function Act({ projection, onRebuild }: { projection: ProjectionState; onRebuild: () => void }) {
  const words = analystWords.value.projections;
  const { name, lastRebuild } = projection;
  if (lastRebuild && isUnfinished(lastRebuild)) {
    const working = isWorking(lastRebuild);
    return (
      <a
        class={working ? "button slim" : "button slim main"}
        href={toJob(lastRebuild.jobId)}
        aria-label={working ? words.watchOf(name) : words.decideOf(name)}
      >
        {working ? words.watch : words.decide}
      </a>
    );
  }
  if (projection.removed) return null;
  return (
    <KeyButton press="r" label={words.rebuildOf(name)} onClick={onRebuild}>
      {words.rebuild}
    </KeyButton>
  );
}
