import { useState } from "preact/hooks";
import { type Job, postCancel } from "../../api/replay.ts";
import { analystWords } from "../../messages/analyst.ts";
import { hasRows, isWorking } from "../../state/analyst/jobs.ts";
import { AskDialog } from "../parts/AskDialog.tsx";
import { SwapDialog } from "./SwapDialog.tsx";

type Asking = "swap" | "cancel" | "drop";

/** What can be done with a job in its state. */
export function JobActs({ job, onDone }: { job: Job; onDone: () => void }) {
  const [asking, setAsking] = useState<Asking>();
  const words = analystWords.value.job;
  const decides = job.kind === "rebuild" && (job.state === "ready" || job.state === "needs_decision");
  const close = () => setAsking(undefined);
  return (
    <div class="acts">
      {decides && (
        <button
          type="button"
          class="button slim main"
          data-key="s"
          aria-keyshortcuts="s"
          onClick={() => setAsking("swap")}
        >
          {words.swap}
        </button>
      )}
      {(decides || hasRows(job)) && (
        <button type="button" class="button slim" data-key="x" aria-keyshortcuts="x" onClick={() => setAsking("drop")}>
          {words.drop}
        </button>
      )}
      {isWorking(job) && job.state !== "swapping" && (
        <button
          type="button"
          class="button slim"
          data-key="x"
          aria-keyshortcuts="x"
          onClick={() => setAsking("cancel")}
        >
          {words.cancel}
        </button>
      )}
      {asking === "swap" && <SwapDialog job={job} onDone={onDone} onClose={close} />}
      {asking === "cancel" && <EndDialog job={job} drops={false} onDone={onDone} onClose={close} />}
      {asking === "drop" && <EndDialog job={job} drops onDone={onDone} onClose={close} />}
    </div>
  );
}

interface EndDialogProps {
  readonly job: Job;
  /** It has built something that is complete; otherwise it is stopped on its way. */
  readonly drops: boolean;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

function EndDialog({ job, drops, onDone, onClose }: EndDialogProps) {
  const { drop } = analystWords.value;
  const scratch = job.kind !== "rebuild";
  const title = !drops
    ? drop.cancelTitle
    : scratch
      ? drop.scratchTitle
      : drop.title(job.projection, job.generation ?? 0);
  return (
    <AskDialog
      title={title}
      doIt={drops ? drop.doIt : drop.cancelDoIt}
      danger
      body={{ cancel: job.jobId }}
      act={async (key) => {
        await postCancel(job.jobId, key);
        onDone();
      }}
      onClose={onClose}
    >
      <ul class="said">
        <li>{!drops ? drop.cancelWhat : scratch ? drop.scratchWhat : drop.whatPlain}</li>
        <li>{drop.back}</li>
      </ul>
    </AskDialog>
  );
}
