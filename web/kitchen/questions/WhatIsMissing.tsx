import { useState } from "preact/hooks";
import type { TicketLine, TicketView } from "../../../projections/views.ts";
import { messages } from "../../messages/catalogue.ts";
import { formatQuantity } from "../../messages/format.ts";
import { kitchenWords } from "../../messages/kitchen.ts";
import { mayBeMissing } from "../../state/kitchen/acts.ts";
import { ticketsWith } from "../../state/kitchen/missing.ts";
import type { QuestionProps } from "./question-props.ts";

/** Asks what of a ticket is missing, and says what that will do before it is done: it cannot be taken back. */
export function WhatIsMissing({ entry, display, close }: QuestionProps) {
  const ticket = entry.ticket.value;
  const possible = ticket.lines.filter((line) => mayBeMissing(ticket, line));
  const [sku, setSku] = useState(possible.length === 1 ? possible[0]?.sku : undefined);
  const words = messages.value;
  const line = possible.find((one) => one.sku === sku);
  return (
    <>
      <h2 id="question-title">
        {ticket.number}: {line ? kitchenWords.value.isMissing(line.name) : kitchenWords.value.whatIsMissing}
      </h2>
      {line ? (
        <ul class="effects">
          {effectsOn(ticket, line).map((effect) => (
            <li key={effect}>{effect}</li>
          ))}
          <li>{kitchenWords.value.offSaleThen(ticketsWith(display.entries.value, line.sku, entry))}</li>
          <li>{kitchenWords.value.notTakenBack}</li>
        </ul>
      ) : (
        <div class="missing-lines">
          {possible.map((one) => (
            <button key={one.sku} type="button" class="button" onClick={() => setSku(one.sku)}>
              <strong>{formatQuantity(one.quantity)}</strong> {one.name}
            </button>
          ))}
        </div>
      )}
      <div class="reasons">
        {line && (
          <button
            type="button"
            class="button main"
            onClick={() => {
              close();
              void display.send(entry, { type: "missing", sku: line.sku });
            }}
          >
            {kitchenWords.value.sayMissing(line.name)}
          </button>
        )}
        <button type="button" class="button plain" onClick={close}>
          {words.common.back}
        </button>
      </div>
    </>
  );
}

/** What becomes of the order when a line is missing. */
function effectsOn(ticket: TicketView, { sku, substitutes }: TicketLine): readonly string[] {
  const words = kitchenWords.value;
  const rest = ticket.lines.some((line) => line.sku !== sku && line.state === undefined);
  const without = rest ? words.leftOutThen : words.elsewhereThen;
  return substitutes?.length ? [words.substituteThen(substitutes.join(", ")), words.elseThen(without)] : [without];
}
