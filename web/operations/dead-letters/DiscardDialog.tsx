import { useState } from "preact/hooks";
import { AskDialog } from "../../analyst/parts/AskDialog.tsx";
import { postDiscard, type WholeLetter } from "../../api/dead-letters.ts";
import { operationsWords } from "../../messages/operations.ts";

interface DiscardDialogProps {
  readonly letter: WholeLetter;
  readonly onAsked: () => void;
  readonly onClose: () => void;
}

/** Says what is then missing, asks why, and does it. */
export function DiscardDialog({ letter, onAsked, onClose }: DiscardDialogProps) {
  const [reason, setReason] = useState("");
  const words = operationsWords.value.dead.askDiscard;
  const body = { filter: { ids: [letter.id] }, reason: reason.trim() };
  return (
    <AskDialog
      title={words.title}
      doIt={words.doIt}
      danger
      missing={body.reason.length < 3 ? words.missing : undefined}
      body={body}
      act={async (key) => {
        await postDiscard(body, key);
        onAsked();
      }}
      onClose={onClose}
    >
      <ul class="said">
        {letter.kind === "effect" ? (
          <li>{words.effect(letter.effectId ?? letter.type)}</li>
        ) : (
          <>
            <li>{words.event(letter.consumer, letter.type)}</li>
            <li>{words.behind(letter.heldBack)}</li>
          </>
        )}
        <li>{words.told}</li>
      </ul>
      <label class="field">
        <span>{words.why}</span>
        <input type="text" maxLength={500} value={reason} onInput={(event) => setReason(event.currentTarget.value)} />
      </label>
    </AskDialog>
  );
}
