import { useState } from "preact/hooks";
import type { ProjectionState } from "../../api/replay.ts";
import { analystWords } from "../../messages/analyst.ts";
import { formatBytes, formatCount, formatSpan } from "../../messages/figures.ts";
import { isUnfinished } from "../../state/analyst/jobs.ts";
import { followProjections } from "../../state/analyst/projections.ts";
import { Blank } from "../../ui/Blank.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { JobsTable } from "../jobs/JobsTable.tsx";
import { KeyButton } from "../parts/KeyButton.tsx";
import { toJob, toQuestion } from "../parts/links.ts";
import { Reading } from "../parts/Reading.tsx";
import { useFeed } from "../parts/use-feed.ts";
import { Generations } from "./Generations.tsx";
import { RebuildDialog } from "./RebuildDialog.tsx";
import { Tables } from "./Tables.tsx";

/** One read model: its generations, its tables, and what was asked of it. */
export function ProjectionPage({ name }: { name: string }) {
  const feed = useFeed(followProjections);
  const [asking, setAsking] = useState(false);
  const words = analystWords.value.projections;
  const view = feed.data.value;
  const projection = view?.projections.find((each) => each.name === name);
  if (!view) return <Reading trouble={feed.trouble.value} again={feed.look} lines={10} />;
  if (!projection) {
    return (
      <Blank icon="search" title={words.unknown(name)}>
        <a class="button" href="/analyst">
          {analystWords.value.toProjections}
        </a>
      </Blank>
    );
  }
  const { lastRebuild } = projection;
  const open = lastRebuild && isUnfinished(lastRebuild) ? lastRebuild : undefined;
  return (
    <>
      <div class="lead with-acts">
        <h1 tabIndex={-1}>{name}</h1>
        <div class="acts">
          {open ? (
            <a class="button slim main" href={toJob(open.jobId)}>
              {open.state === "ready" || open.state === "needs_decision" ? words.decide : words.watch}
            </a>
          ) : projection.removed ? null : (
            <KeyButton press="r" main onClick={() => setAsking(true)}>
              {words.rebuild}
            </KeyButton>
          )}
          {projection.removed ? null : <Questions name={name} />}
        </div>
      </div>
      <Facts projection={projection} />
      {projection.removed && <Notice kind="warn">{words.removedHint}</Notice>}
      {projection.parked > 0 && (
        <Notice kind="warn" title={words.parkedStreams(projection.parked)}>
          <p>{words.parkedHint}</p>
        </Notice>
      )}
      {projection.live && projection.live.version !== projection.version && (
        <Notice kind="warn">{words.otherVersionHint(projection.live.version, projection.version)}</Notice>
      )}
      <div class="two">
        <Generations projection={projection} onDone={feed.look} />
        <Tables projection={projection} />
      </div>
      <JobsTable
        title={words.jobsTitle}
        caption={words.jobsCaption(name)}
        asked={{ projection: name }}
        empty={words.noJobs}
      />
      {asking && (
        <RebuildDialog projection={projection} head={view.head.position} follow onClose={() => setAsking(false)} />
      )}
    </>
  );
}

function Questions({ name }: { name: string }) {
  const words = analystWords.value.projections;
  return (
    <>
      <a class="button slim" href={toQuestion("as-of", name)}>
        {words.lookAsOf}
      </a>
      <a class="button slim" href={toQuestion("what-if", name)}>
        {words.askWhatIf}
      </a>
      <a class="button slim" href={toQuestion("explain", name)}>
        {words.askExplain}
      </a>
    </>
  );
}

function Facts({ projection: { live, tables } }: { projection: ProjectionState }) {
  const words = analystWords.value.projections;
  const bytes = tables.reduce((sum, table) => sum + table.bytes, 0);
  return (
    <dl class="facts">
      <div>
        <dt>{words.position}</dt>
        <dd>{live?.position ?? "–"}</dd>
      </div>
      <div>
        <dt>{words.lag}</dt>
        <dd>
          {!live
            ? "–"
            : live.lagEvents === 0
              ? words.upToDate
              : `${words.lagEvents(live.lagEvents, formatCount(live.lagEvents))} · ${formatSpan(live.lagSeconds * 1000)}`}
        </dd>
      </div>
      <div>
        <dt>{words.generation}</dt>
        <dd>{live ? `${live.generation} · ${words.version(live.version)}` : words.notLive}</dd>
      </div>
      <div>
        <dt>{words.size}</dt>
        <dd>{formatBytes(bytes)}</dd>
      </div>
    </dl>
  );
}
