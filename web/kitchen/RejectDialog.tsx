import { useEffect, useRef } from "preact/hooks";
import { messages } from "../messages/catalogue.ts";
import type { Display } from "../state/kitchen/display.ts";
import type { Selection } from "./keys.ts";

const REASONS = ["too_busy", "item_unavailable", "equipment", "closing"] as const;

/** Asks why an order cannot be made; the answer refuses it. */
export function RejectDialog({ display, selection }: { display: Display; selection: Selection }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const entry = selection.rejecting.value;
  const words = messages.value;
  useEffect(() => {
    if (entry) dialog.current?.showModal();
    else dialog.current?.close();
  }, [entry]);
  const close = () => {
    selection.rejecting.value = undefined;
  };
  return (
    <dialog ref={dialog} class="reject" aria-labelledby="reject-title" onClose={close}>
      <h2 id="reject-title">
        {entry?.ticket.value.number}: {words.kitchen.rejectWhy}
      </h2>
      <div class="reasons">
        {REASONS.map((reason) => (
          <button
            key={reason}
            type="button"
            class="button"
            onClick={() => {
              if (entry) void display.send(entry, { type: "reject", reason });
              close();
            }}
          >
            {words.kitchen.rejectReasons[reason]}
          </button>
        ))}
        <button type="button" class="button plain" onClick={close}>
          {words.common.back}
        </button>
      </div>
    </dialog>
  );
}
