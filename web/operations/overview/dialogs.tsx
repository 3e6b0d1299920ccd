import { AskDialog } from "../../analyst/parts/AskDialog.tsx";
import { type Difference, postReconcile, postSettle } from "../../api/operations.ts";
import { operationsWords } from "../../messages/operations.ts";
import { differenceText } from "./sentence.ts";

/** Says what comparing now does, and has it done. */
export function CompareDialog({ onDone, onClose }: { onDone: (askedAt: string) => void; onClose: () => void }) {
  const words = operationsWords.value.overview.compare;
  return (
    <AskDialog
      title={words.title}
      doIt={words.doIt}
      body="compare"
      act={async (key) => onDone((await postReconcile(key)).data.askedAt)}
      onClose={onClose}
    >
      <Said lines={words.does} />
    </AskDialog>
  );
}

interface SettleProps {
  readonly difference: Difference;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

/** Says what noting a difference as seen to does, and does it. */
export function SettleDialog({ difference, onDone, onClose }: SettleProps) {
  const words = operationsWords.value.overview.settle;
  return (
    <AskDialog
      title={words.title}
      doIt={words.doIt}
      body={difference.reference}
      act={async (key) => {
        await postSettle(difference, key);
        onDone();
      }}
      onClose={onClose}
    >
      <p>
        <strong>{differenceText(difference)}</strong> <code>{difference.reference}</code>
      </p>
      <Said lines={words.does} />
    </AskDialog>
  );
}

const Said = ({ lines }: { lines: readonly string[] }) => (
  <ul class="said">
    {lines.map((line) => (
      <li key={line}>{line}</li>
    ))}
  </ul>
);
