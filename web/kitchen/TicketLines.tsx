import type { TicketLine } from "../../projections/views.ts";
import { messages } from "../messages/catalogue.ts";
import { formatQuantity } from "../messages/format.ts";
import { Icon } from "../ui/Icon.tsx";

interface TicketLinesProps {
  readonly lines: readonly TicketLine[];
  /** Of the lines that can be reported as missing now. */
  readonly mayBeMissing?: ((line: TicketLine) => boolean) | undefined;
  readonly onMissing?: ((line: TicketLine) => void) | undefined;
}

/** What to make: quantity first; notes and allergens in colour and with a sign. */
export const TicketLines = ({ lines, mayBeMissing, onMissing }: TicketLinesProps) => (
  <ul class="ticket-lines">
    {lines.map((line) => (
      <li key={line.sku} data-state={line.state}>
        <span class="quantity">{formatQuantity(line.quantity)}</span>
        <span class="what">
          {line.state === undefined ? line.name : <s>{line.name}</s>}
          {line.binLocation !== undefined && <span class="bin"> {line.binLocation}</span>}
          {mayBeMissing?.(line) && (
            <button
              type="button"
              class="missing"
              aria-label={`${messages.value.kitchen.actions.missing}: ${line.name}`}
              title={messages.value.kitchen.actions.missing}
              onClick={() => onMissing?.(line)}
            >
              <Icon name="cross" />
            </button>
          )}
        </span>
        {(line.state ?? line.insteadOf) !== undefined && (
          <span class="line-change">
            <Icon name="warning" />
            {line.state === undefined
              ? messages.value.kitchen.insteadOf(line.insteadOf ?? "")
              : messages.value.kitchen.lineStates[line.state]}
          </span>
        )}
        {(line.note ?? line.sealedNote) !== undefined && (
          <span class="line-note">
            <Icon name="note" />
            <span class="unseen">{messages.value.kitchen.note}: </span>
            {line.note ?? messages.value.kitchen.noteComing}
          </span>
        )}
        {line.allergens.length > 0 && (
          <span class="line-allergens">
            <Icon name="allergen" />
            <span class="unseen">{messages.value.kitchen.allergens}: </span>
            {line.allergens.join(", ")}
          </span>
        )}
      </li>
    ))}
  </ul>
);
