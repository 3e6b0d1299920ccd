import { useState } from "preact/hooks";
import { AskDialog } from "../../analyst/parts/AskDialog.tsx";
import { type LetterFilter, postRedrive } from "../../api/dead-letters.ts";
import { operationsWords } from "../../messages/operations.ts";

interface RedriveDialogProps {
  readonly filter: LetterFilter;
  /** How many letters match now. */
  readonly letters: number;
  readonly onAsked: () => void;
  readonly onClose: () => void;
}

/** Says what redriving does, asks for the rate, and does it. */
export function RedriveDialog({ filter, letters, onAsked, onClose }: RedriveDialogProps) {
  const [rate, setRate] = useState("20");
  const [reason, setReason] = useState("");
  const words = operationsWords.value.dead.ask;
  const perSecond = Number(rate);
  const missing = Number.isInteger(perSecond) && perSecond >= 1 && perSecond <= 1_000 ? undefined : words.rateWrong;
  const typed = reason.trim();
  const body = { filter, perSecond, ...(typed.length >= 3 ? { reason: typed } : {}) };
  return (
    <AskDialog
      title={words.title(letters)}
      doIt={words.doIt}
      missing={missing}
      body={body}
      act={async (key) => {
        await postRedrive(body, key);
        onAsked();
      }}
      onClose={onClose}
    >
      <ul class="said">
        <li>{words.event}</li>
        <li>{words.effect}</li>
      </ul>
      {letters > 1 && (
        <label class="field inline">
          <span>{words.rate}</span>
          <input
            type="number"
            min={1}
            max={1000}
            value={rate}
            onInput={(event) => setRate(event.currentTarget.value)}
          />
        </label>
      )}
      <label class="field">
        <span>{words.why}</span>
        <input type="text" maxLength={500} value={reason} onInput={(event) => setReason(event.currentTarget.value)} />
      </label>
    </AskDialog>
  );
}
