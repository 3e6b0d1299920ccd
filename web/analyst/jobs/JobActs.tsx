import { useState } from "preact/hooks";
import { type Job, postCancel } from "../../api/replay.ts";
import { analystWords } from "../../messages/analyst.ts";
import { isWorking } from "../../state/analyst/jobs.ts";
import { AskDialog } from "../parts/AskDialog.tsx";
import { KeyButton } from "../parts/KeyButton.tsx";
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
        <KeyButton press="s" main onClick={() => setAsking("swap")}>
          {words.swap}
        </KeyButton>
      )}
      {decides && (
        <KeyButton press="x" onClick={() => setAsking("drop")}>
          {job.params?.generation === undefined ? words.drop : words.leave}
        </KeyButton>
      )}
      {isWorking(job) && job.state !== "swapping" && (
        <KeyButton press="x" onClick={() => setAsking("cancel")}>
          {words.cancel}
        </KeyButton>
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
  const { title, does, doIt } = endOf(job, drops);
  return (
    <AskDialog
      title={title}
      doIt={doIt}
      danger
      body={{ cancel: job.jobId }}
      act={async (key) => {
        await postCancel(job.jobId, key);
        onDone();
      }}
      onClose={onClose}
    >
      <ul class="said">
        {does.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </AskDialog>
  );
}

/** What ending a job does: an earlier generation is only put back, everything else is deleted. */
function endOf({ projection, generation, params }: Job, drops: boolean) {
  const { drop } = analystWords.value;
  const earlier = params?.generation;
  if (earlier !== undefined) {
    return { title: drop.putBackTitle(earlier), does: [drop.putBackWhat], doIt: drop.putBackDoIt };
  }
  if (!drops) return { title: drop.cancelTitle, does: [drop.cancelWhat], doIt: drop.cancelDoIt };
  return { title: drop.title(projection, generation ?? 0), does: [drop.whatPlain, drop.back], doIt: drop.doIt };
}
