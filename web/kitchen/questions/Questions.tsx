import { useSignalEffect } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { mayBeMissing } from "../../state/kitchen/acts.ts";
import type { Display } from "../../state/kitchen/display.ts";
import type { Entry } from "../../state/kitchen/entry.ts";
import type { Selection } from "../selection.ts";
import { WhatIsMissing } from "./WhatIsMissing.tsx";
import { WhyNot } from "./WhyNot.tsx";

/** Whether there is still something to ask about a ticket. */
function isOpenTo(entry: Entry): boolean {
  const ticket = entry.ticket.value;
  return ticket.status === "new" || ticket.lines.some((line) => mayBeMissing(ticket, line));
}

/** The question that is open about a ticket; it closes by itself when another display has settled it. */
export function Questions({ display, selection }: { display: Display; selection: Selection }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const asked = selection.asking.value;
  const wasNew = useRef(false);
  useLayoutEffect(() => {
    wasNew.current = asked?.ticket.peek().status === "new";
    if (asked) dialog.current?.showModal();
    else dialog.current?.close();
  }, [asked]);
  const close = () => {
    selection.asking.value = undefined;
  };
  useSignalEffect(() => {
    const entry = selection.asking.value;
    if (!entry) return;
    const isStillNew = entry.ticket.value.status === "new";
    if (isOpenTo(entry) && (isStillNew || !wasNew.current)) return;
    selection.asking.value = undefined;
    display.overtaken(entry);
  });
  const Question = asked?.ticket.value.status === "new" ? WhyNot : WhatIsMissing;
  return (
    <dialog ref={dialog} class="question" aria-labelledby="question-title" onClose={close}>
      {asked && <Question entry={asked} display={display} close={close} />}
    </dialog>
  );
}
