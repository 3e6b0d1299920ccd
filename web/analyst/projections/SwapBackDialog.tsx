import { analystWords } from "../../messages/analyst.ts";
import { formatShare } from "../../messages/figures.ts";
import { AskDialog } from "../parts/AskDialog.tsx";
import { startJob } from "../parts/start-job.ts";
import { USUAL_STOP_SHARE } from "./RebuildDialog.tsx";

interface SwapBackDialogProps {
  readonly projection: string;
  readonly generation: number;
  readonly onClose: () => void;
}

/** Says what going back to an earlier generation does, and begins it; its job says how it goes on. */
export function SwapBackDialog({ projection, generation, onClose }: SwapBackDialogProps) {
  const words = analystWords.value.swap;
  const body = { kind: "rebuild", projection, generation, stopShare: USUAL_STOP_SHARE, thenSwap: true } as const;
  return (
    <AskDialog
      title={words.backTitle(projection, generation)}
      doIt={words.backDoIt}
      body={body}
      act={(key) => startJob(body, key)}
      onClose={onClose}
    >
      <ul class="said">
        <li>{words.backWhat(generation)}</li>
        <li>{words.backThen(formatShare(USUAL_STOP_SHARE))}</li>
        <li>{words.backKeeps}</li>
      </ul>
    </AskDialog>
  );
}
