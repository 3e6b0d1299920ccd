import { useState } from "preact/hooks";
import type { ProjectionState, ProjectionsView } from "../../api/replay.ts";
import { analystWords } from "../../messages/analyst.ts";
import { followProjections } from "../../state/analyst/projections.ts";
import type { Polled } from "../../state/polled.ts";
import { Blank } from "../../ui/Blank.tsx";
import { Head } from "../parts/Head.tsx";
import { Reading } from "../parts/Reading.tsx";
import { TableFrame } from "../parts/TableFrame.tsx";
import { useFeed } from "../parts/use-feed.ts";
import { ProjectionRow } from "./ProjectionRow.tsx";
import { RebuildDialog } from "./RebuildDialog.tsx";

/** All read models, one row each; it refreshes itself. */
export function ProjectionsPage() {
  const feed = useFeed(followProjections);
  const words = analystWords.value.projections;
  const view = feed.data.value;
  return (
    <>
      <div class="lead">
        <h1 tabIndex={-1}>{analystWords.value.sections.projections}</h1>
        <p class="quiet small">{words.lead}</p>
      </div>
      {!view ? (
        <Reading trouble={feed.trouble.value} again={feed.look} lines={8} />
      ) : view.projections.length === 0 ? (
        <Blank icon="list" title={words.empty}>
          <p class="quiet">{words.emptyHint}</p>
        </Blank>
      ) : (
        <Projections feed={feed} view={view} />
      )}
    </>
  );
}

function Projections({ feed, view }: { feed: Polled<ProjectionsView>; view: ProjectionsView }) {
  const [asked, setAsked] = useState<ProjectionState>();
  const words = analystWords.value.projections;
  return (
    <>
      <TableFrame caption={words.caption} quiet class="projections">
        <thead>
          <tr>
            <Head>{words.name}</Head>
            <Head n>{words.position}</Head>
            <Head n>{words.lag}</Head>
            <Head>{words.generation}</Head>
            <Head n>{words.size}</Head>
            <Head n>{words.parked}</Head>
            <Head>{words.lastRebuild}</Head>
            <Head>{words.lastDiff}</Head>
            <Head>
              <span class="unseen">{words.actions}</span>
            </Head>
          </tr>
        </thead>
        <tbody>
          {view.projections.map((projection) => (
            <ProjectionRow key={projection.name} projection={projection} onRebuild={() => setAsked(projection)} />
          ))}
        </tbody>
      </TableFrame>
      <p class="quiet small under">{words.head(view.head.position)}</p>
      {asked && (
        <RebuildDialog
          projection={asked}
          head={view.head.position}
          onStarted={feed.look}
          onClose={() => setAsked(undefined)}
        />
      )}
    </>
  );
}
