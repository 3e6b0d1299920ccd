import { useEffect, useRef } from "preact/hooks";
import { messages } from "../messages/catalogue.ts";
import type { Display } from "../state/kitchen/display.ts";
import type { Selection } from "./keys.ts";

/** Asks before an item is reported as missing: what becomes of it is decided at once, and cannot be taken back. */
export function MissingDialog({ display, selection }: { display: Display; selection: Selection }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const asked = selection.missing.value;
  const words = messages.value;
  useEffect(() => {
    if (asked) dialog.current?.showModal();
    else dialog.current?.close();
  }, [asked]);
  const close = () => {
    selection.missing.value = undefined;
  };
  return (
    <dialog ref={dialog} class="reject" aria-labelledby="missing-title" onClose={close}>
      <h2 id="missing-title">
        {asked?.entry.ticket.value.number}: {words.kitchen.isMissing(asked?.line.name ?? "")}
      </h2>
      <p>{words.kitchen.ifMissing}</p>
      <div class="reasons">
        <button
          type="button"
          class="button"
          onClick={() => {
            if (asked) void display.send(asked.entry, { type: "missing", sku: asked.line.sku });
            close();
          }}
        >
          {words.kitchen.actions.missing}
        </button>
        <button type="button" class="button plain" onClick={close}>
          {words.common.back}
        </button>
      </div>
    </dialog>
  );
}
