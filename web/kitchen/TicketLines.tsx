import type { TicketLine } from "../../projections/views.ts";
import { messages } from "../messages/catalogue.ts";
import { formatQuantity } from "../messages/format.ts";
import { Icon } from "../ui/Icon.tsx";

/** What to make: quantity first; notes and allergens in colour and with a sign. */
export const TicketLines = ({ lines }: { lines: readonly TicketLine[] }) => (
  <ul class="ticket-lines">
    {lines.map((line) => (
      <li key={line.sku}>
        <span class="quantity">{formatQuantity(line.quantity)}</span>
        <span class="what">
          {line.name}
          {line.binLocation !== undefined && <span class="bin"> {line.binLocation}</span>}
        </span>
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
