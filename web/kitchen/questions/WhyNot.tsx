import { messages } from "../../messages/catalogue.ts";
import { kitchenWords } from "../../messages/kitchen.ts";
import type { QuestionProps } from "./question-props.ts";

const REASONS = ["too_busy", "item_unavailable", "equipment", "closing"] as const;

/** Asks why an order cannot be made; the answer refuses it. */
export function WhyNot({ entry, display, close }: QuestionProps) {
  const words = messages.value;
  return (
    <>
      <h2 id="question-title">
        {entry.ticket.value.number}: {kitchenWords.value.rejectWhy}
      </h2>
      <p>{kitchenWords.value.ifRejected}</p>
      <div class="reasons">
        {REASONS.map((reason) => (
          <button
            key={reason}
            type="button"
            class="button"
            onClick={() => {
              close();
              void display.send(entry, { type: "reject", reason });
            }}
          >
            {kitchenWords.value.rejectReasons[reason]}
          </button>
        ))}
        <button type="button" class="button plain" onClick={close}>
          {words.common.back}
        </button>
      </div>
    </>
  );
}
