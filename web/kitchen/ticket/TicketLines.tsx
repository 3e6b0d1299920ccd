import { memo } from "preact/compat";
import type { TicketLine } from "../../../projections/views.ts";
import { formatQuantity } from "../../messages/format.ts";
import { kitchenWords } from "../../messages/kitchen.ts";
import { Icon } from "../../ui/Icon.tsx";

/** What to make: quantity first; notes and allergens in colour and with a sign, and so is what was changed. */
export const TicketLines = memo(function TicketLines({ lines }: { lines: readonly TicketLine[] }) {
  return (
    <ul class="ticket-lines">
      {lines.map((line) => (
        <Line key={line.sku} line={line} />
      ))}
    </ul>
  );
});

function Line({ line }: { line: TicketLine }) {
  const words = kitchenWords.value;
  const { state, insteadOf, note, sealedNote, allergens, binLocation } = line;
  return (
    <li data-state={state}>
      <span class="quantity">{formatQuantity(line.quantity)}</span>
      <span class="what">
        {state === undefined ? line.name : <s>{line.name}</s>}
        {binLocation !== undefined && <span class="bin"> {binLocation}</span>}
      </span>
      {(state ?? insteadOf) !== undefined && (
        <span class="line-change">
          <Icon name={state === undefined ? "turn" : "warning"} />
          <span>{state === undefined ? words.insteadOf(insteadOf ?? "") : words.lineStates[state]}</span>
        </span>
      )}
      {(note ?? sealedNote) !== undefined && (
        <span class="line-note">
          <Icon name="note" />
          <span>
            <span class="unseen">{words.note}: </span>
            {note ?? words.noteComing}
          </span>
        </span>
      )}
      {allergens.length > 0 && (
        <span class="line-allergens">
          <Icon name="allergen" />
          <span>
            <span class="unseen">{words.allergens}: </span>
            {allergens.join(", ")}
          </span>
        </span>
      )}
    </li>
  );
}
