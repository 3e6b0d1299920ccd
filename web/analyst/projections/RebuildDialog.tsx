import { useState } from "preact/hooks";
import { type ProjectionState, postJob } from "../../api/replay.ts";
import { navigate } from "../../app/router.ts";
import { analystWords } from "../../messages/analyst.ts";
import { isWorking } from "../../state/analyst/jobs.ts";
import { AskDialog } from "../parts/AskDialog.tsx";
import { toJob } from "../parts/links.ts";

interface RebuildDialogProps {
  readonly projection: ProjectionState;
  readonly head: string;
  readonly onStarted?: () => void;
  readonly onClose: () => void;
  /** Goes on to the job's own page. */
  readonly follow?: boolean;
}

/** More changes than this are asked about, unless something else is said. */
export const USUAL_STOP_SHARE = 0.01;

/** Says what a rebuild does, and starts it. */
export function RebuildDialog({ projection, head, onStarted, onClose, follow = false }: RebuildDialogProps) {
  const words = analystWords.value.rebuild;
  const [percent, setPercent] = useState(String(USUAL_STOP_SHARE * 100));
  const share = Number(percent.replace(",", ".")) / 100;
  const wrong = percent.trim() === "" || !(share >= 0 && share <= 1);
  const body = { kind: "rebuild", projection: projection.name, stopShare: share } as const;
  const running = projection.lastRebuild !== undefined && isWorking(projection.lastRebuild);
  return (
    <AskDialog
      title={words.title(projection.name)}
      doIt={words.doIt}
      body={body}
      missing={wrong ? words.badShare : undefined}
      act={async (key) => {
        const { data } = await postJob(body, key);
        if (follow) navigate(toJob(data.jobId));
        onStarted?.();
      }}
      onClose={onClose}
    >
      <ul class="said">
        <li>{words.what(words.next, head)}</li>
        <li>{words.readers}</li>
        <li>{words.compares}</li>
        {running && <li>{words.running}</li>}
      </ul>
      <label class="field inline">
        <span>{words.stop}</span>
        <span class="with-unit">
          <input
            type="text"
            inputMode="decimal"
            size={4}
            value={percent}
            aria-invalid={wrong}
            onInput={(event) => setPercent(event.currentTarget.value)}
          />
          {words.percent}
        </span>
      </label>
    </AskDialog>
  );
}
