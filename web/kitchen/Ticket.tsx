import { useComputed } from "@preact/signals";
import { memo } from "preact/compat";
import type { TicketView } from "../../projections/views.ts";
import { messages } from "../messages/catalogue.ts";
import { stationName } from "../messages/format.ts";
import { type ColumnId, isStopped, mayBeMissing } from "../state/kitchen/acts.ts";
import { Icon } from "../ui/Icon.tsx";
import { Age } from "./Age.tsx";
import { PromisedTime } from "./PromisedTime.tsx";
import { TicketFoot } from "./TicketFoot.tsx";
import { TicketLines } from "./TicketLines.tsx";
import type { TicketProps } from "./ticket-props.ts";

/** One ticket in one column. It draws itself anew only when its own order or place has changed. */
export const Ticket = memo(function Ticket(props: TicketProps) {
  const { entry, left, column, place, display, selection } = props;
  const ticket = entry.ticket.value;
  const chosen = useComputed(() => selection.isChosen(column, entry.id)).value;
  const stopped = isStopped(ticket) && !left;
  return (
    <li
      class="ticket"
      data-id={entry.id}
      data-status={ticket.status}
      data-left={left !== undefined}
      data-fresh={entry.fresh.value}
      data-stopped={stopped}
      data-chosen={chosen}
      onPointerDown={() => {
        display.touched(entry);
        selection.choose(column, entry.id);
      }}
    >
      <article aria-label={ticket.number} aria-current={chosen}>
        <header>
          {place !== undefined && selection.byKeys.value && <kbd>{place}</kbd>}
          <span class="which">
            <strong class="number">{ticket.number}</strong>
            {!stopped && <PromisedTime at={ticket.promisedAt} />}
          </span>
          {!left && (
            <Age since={ticket.receivedAt} still={ticket.status === "ready" || stopped} fresh={entry.fresh.value} />
          )}
        </header>
        {stopped && <Stopped ticket={ticket} />}
        <TicketLines
          lines={ticket.lines}
          mayBeMissing={(line) => !left && mayBeMissing(ticket, line)}
          onMissing={(line) => selection.askIfMissing(entry, line)}
        />
        {!left && <AlsoAt ticket={ticket} column={column} />}
        <TicketFoot {...props} />
      </article>
    </li>
  );
});

function Stopped({ ticket }: { ticket: TicketView }) {
  const words = messages.value.kitchen;
  return (
    <p class="stop-sign" role="alert">
      <Icon name="hand" />
      <span>
        <strong>{ticket.status === "cancelled" ? words.cancelled : words.rejected}</strong>
        <br />
        {words.stopWork}
      </span>
    </p>
  );
}

function AlsoAt({ ticket, column }: { ticket: TicketView; column: ColumnId }) {
  const others = ticket.started.filter((station) => station !== column);
  if (others.length === 0) return null;
  return (
    <p class="also">
      <Icon name="list" />
      {messages.value.kitchen.alsoAt(others.map(stationName).join(", "))}
    </p>
  );
}
