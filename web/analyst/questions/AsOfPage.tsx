import { useState } from "preact/hooks";
import type { JobRequest, ProjectionsView } from "../../api/replay.ts";
import { analystWords } from "../../messages/analyst.ts";
import { followProjections } from "../../state/analyst/projections.ts";
import { JobsTable } from "../jobs/JobsTable.tsx";
import { Asking } from "../parts/Asking.tsx";
import { ProjectionChoice } from "../parts/ProjectionChoice.tsx";
import { Reading } from "../parts/Reading.tsx";
import { startJob } from "../parts/start-job.ts";
import { useFeed } from "../parts/use-feed.ts";

/** Asks for a read model as it stood, and lists those that were built. */
export function AsOfPage({ query }: { query: string }) {
  const feed = useFeed(followProjections);
  const words = analystWords.value.asOf;
  const view = feed.data.value;
  return (
    <>
      <div class="lead">
        <h1 tabIndex={-1}>{words.title}</h1>
        <p class="quiet small">{words.lead}</p>
      </div>
      {view ? (
        <AsOfForm view={view} wished={new URLSearchParams(query).get("projection") ?? undefined} />
      ) : (
        <Reading trouble={feed.trouble.value} again={feed.look} lines={2} />
      )}
      <JobsTable title={words.recent} caption={words.recentCaption} asked={{ kind: "as-of" }} empty={words.none} />
    </>
  );
}

function AsOfForm({ view, wished }: { view: ProjectionsView; wished: string | undefined }) {
  const words = analystWords.value.asOf;
  const [projection, setProjection] = useState(wished ?? view.projections[0]?.name ?? "");
  const [by, setBy] = useState<"position" | "time">("position");
  const [position, setPosition] = useState("");
  const [time, setTime] = useState("");
  const head = view.head.position;
  const moment = momentOf(by, position, time, head);
  return (
    <Asking
      doIt={words.doIt}
      missing={typeof moment === "string" ? words[moment] : undefined}
      body={{ kind: "as-of", projection, ...(typeof moment === "string" ? {} : moment) } satisfies JobRequest}
      act={startJob}
    >
      <ProjectionChoice view={view} value={projection} onChange={setProjection} />
      <fieldset class="field">
        <legend>{words.when}</legend>
        <div class="choices">
          <label>
            <input type="radio" name="by" checked={by === "position"} onChange={() => setBy("position")} />
            {words.atPosition}
          </label>
          <label>
            <input type="radio" name="by" checked={by === "time"} onChange={() => setBy("time")} />
            {words.atTime}
          </label>
        </div>
      </fieldset>
      {by === "position" ? (
        <label class="field">
          <span>{words.position}</span>
          <input
            inputMode="numeric"
            autocomplete="off"
            value={position}
            onInput={(event) => setPosition(event.currentTarget.value.trim())}
          />
          <small class="quiet">{words.positionHint(head)}</small>
        </label>
      ) : (
        <label class="field">
          <span>{words.time}</span>
          <input type="datetime-local" step={1} value={time} onInput={(event) => setTime(event.currentTarget.value)} />
          <small class="quiet">{words.timeHint}</small>
        </label>
      )}
    </Asking>
  );
}

type Wrong = "badPosition" | "beyond" | "badTime" | "future";

/** The moment as the server is asked for it, or what is wrong with what was typed. */
function momentOf(
  by: "position" | "time",
  position: string,
  time: string,
  head: string,
): { readonly position: string } | { readonly time: string } | Wrong {
  if (by === "position") {
    if (!/^\d{1,19}$/.test(position)) return "badPosition";
    return BigInt(position) > BigInt(head) ? "beyond" : { position };
  }
  const at = new Date(time);
  if (time === "" || Number.isNaN(at.getTime())) return "badTime";
  return at.getTime() > Date.now() ? "future" : { time: at.toISOString() };
}
