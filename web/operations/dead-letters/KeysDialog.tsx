import { useEffect, useRef } from "preact/hooks";
import { messages } from "../../messages/catalogue.ts";
import { operationsWords } from "../../messages/operations.ts";
import { KeyList } from "../../ui/KeyList.tsx";

/** The keys of the page. */
export function KeysDialog({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);
  const words = operationsWords.value;
  return (
    <dialog ref={dialog} class="ask" aria-labelledby="keys-title" onClose={onClose}>
      <h2 id="keys-title">{words.keys}</h2>
      <KeyList keys={words.dead.keyHelp} />
      <div class="ask-acts">
        <button type="button" class="button" onClick={onClose}>
          {messages.value.common.close}
        </button>
      </div>
    </dialog>
  );
}
