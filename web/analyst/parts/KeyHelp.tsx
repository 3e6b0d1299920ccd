import { useEffect, useRef } from "preact/hooks";
import { analystWords } from "../../messages/analyst.ts";
import { messages } from "../../messages/catalogue.ts";
import { KeyList } from "../../ui/KeyList.tsx";

/** The keys of the analyst's page. */
export function KeyHelp({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);
  const words = analystWords.value;
  return (
    <dialog ref={dialog} class="ask" aria-labelledby="keys-title" onClose={onClose}>
      <h2 id="keys-title">{words.keys}</h2>
      <KeyList keys={words.keyHelp} />
      <div class="ask-acts">
        <button type="button" class="button" onClick={onClose}>
          {messages.value.common.close}
        </button>
      </div>
    </dialog>
  );
}
