import { useState } from "preact/hooks";
import { type Job, postSwap } from "../../api/replay.ts";
import { analystWords } from "../../messages/analyst.ts";
import { formatShare } from "../../messages/figures.ts";
import { followProjections, forgetProjections } from "../../state/analyst/projections.ts";
import { AskDialog } from "../parts/AskDialog.tsx";
import { useFeed } from "../parts/use-feed.ts";
import { rowsText } from "./JobsTable.tsx";

interface SwapDialogProps {
  readonly job: Job;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

/** Says what a swap does, and does it; more changes than were allowed are asked for in so many words. */
export function SwapDialog({ job, onDone, onClose }: SwapDialogProps) {
  const projections = useFeed(followProjections, false);
  const [accepted, setAccepted] = useState(false);
  const words = analystWords.value.swap;
  const { diff } = job;
  const decides = job.state === "needs_decision";
  const live = projections.data.value?.projections.find(({ name }) => name === job.projection)?.live;
  const share = formatShare(diff?.share ?? 0);
  const rows = diff ? diff.onlyLive + diff.onlyRebuilt + diff.changed : 0;
  return (
    <AskDialog
      title={words.title(job.projection)}
      doIt={words.doIt}
      body={{ swap: job.jobId, accepted }}
      missing={decides && !accepted ? words.tick : undefined}
      act={async (key) => {
        await postSwap(job.jobId, decides && accepted, key);
        forgetProjections();
        onDone();
      }}
      onClose={onClose}
    >
      <ul class="said">
        <li>{words.what(String(live?.generation ?? "–"), String(job.generation ?? "–"))}</li>
        <li>{words.how}</li>
        <li>{words.keeps}</li>
        {diff && !diff.equal && (
          <li>
            <strong>{words.differs(share, rowsText(rows))}</strong>
          </li>
        )}
      </ul>
      {decides && (
        <label class="accept">
          <input type="checkbox" checked={accepted} onChange={(event) => setAccepted(event.currentTarget.checked)} />
          <span>{words.accept(share)}</span>
        </label>
      )}
    </AskDialog>
  );
}
