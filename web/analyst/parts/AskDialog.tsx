import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";
import { analystWords } from "../../messages/analyst.ts";
import { Notice } from "../../ui/Notice.tsx";
import { sentenceOf } from "../../ui/trouble.ts";
import { useModal } from "../../ui/use-modal.ts";
import { useWish } from "./use-wish.ts";

interface AskDialogProps {
  readonly title: string;
  /** What the button says that does it. */
  readonly doIt: string;
  /** Deletes something. */
  readonly danger?: boolean;
  /** What else keeps it from being done: undefined, or a sentence that says what is missing. */
  readonly missing?: string | undefined;
  /** What is asked for: the same body gets the same key, so that a second try does nothing twice. */
  readonly body: unknown;
  readonly act: (key: string) => Promise<unknown>;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** Says what something will do, and does it. It is there while it is asked; the focus goes back to where it came from. */
export function AskDialog({ title, doIt, danger = false, missing, body, act, onClose, children }: AskDialogProps) {
  const dialog = useModal("main h1");
  const id = useId();
  const { keyFor } = useWish();
  const [sending, setSending] = useState(false);
  const [trouble, setTrouble] = useState<unknown>();
  const [asked, setAsked] = useState(false);
  const words = analystWords.value;
  const send = async () => {
    setAsked(true);
    if (sending || missing !== undefined) return;
    setSending(true);
    setTrouble(undefined);
    try {
      await act(keyFor(body));
      onClose();
    } catch (error) {
      setTrouble(error);
      setSending(false);
    }
  };
  return (
    <dialog ref={dialog} class="ask" aria-labelledby={id} onClose={onClose}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <h2 id={id}>{title}</h2>
        {children}
        {asked && missing !== undefined && <Notice kind="bad">{missing}</Notice>}
        {trouble !== undefined && <Notice kind="bad">{sentenceOf(trouble)}</Notice>}
        <div class="ask-acts">
          <button type="submit" class={danger ? "button danger" : "button main"} aria-disabled={sending}>
            {doIt}
          </button>
          <button type="button" class="button plain" onClick={onClose}>
            {words.cancel}
          </button>
        </div>
      </form>
    </dialog>
  );
}
