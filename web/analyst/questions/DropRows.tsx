import { useState } from "preact/hooks";
import { type Job, postDropRows } from "../../api/replay.ts";
import { analystWords } from "../../messages/analyst.ts";
import { AskDialog } from "../parts/AskDialog.tsx";

/** Drops the rows of a read model as it stood, after asking. */
export function DropRows({ job, onDropped }: { job: Job; onDropped: () => void }) {
  const [asking, setAsking] = useState(false);
  const words = analystWords.value.asOf;
  return (
    <>
      <button type="button" class="button slim" onClick={() => setAsking(true)}>
        {words.drop}
      </button>
      {asking && (
        <AskDialog
          title={words.dropTitle}
          doIt={words.dropDoIt}
          danger
          body={{ dropRows: job.jobId }}
          act={async (key) => {
            await postDropRows(job.jobId, key);
            onDropped();
          }}
          onClose={() => setAsking(false)}
        >
          <p>{words.dropWhat}</p>
        </AskDialog>
      )}
    </>
  );
}
