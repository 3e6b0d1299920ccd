import { memo } from "preact/compat";
import { useEffect, useRef } from "preact/hooks";
import type { TicketView } from "../../../projections/views.ts";
import { stationName } from "../../messages/format.ts";
import { kitchenWords } from "../../messages/kitchen.ts";
import { type ColumnId, columnsOf, isStopped } from "../../state/kitchen/acts.ts";
import type { Drawn } from "../../state/kitchen/entry.ts";
import { Icon } from "../../ui/Icon.tsx";
import { columnName } from "../board/column-name.ts";
import { Age } from "./Age.tsx";
import { PromisedTime } from "./PromisedTime.tsx";
import { TicketFoot } from "./TicketFoot.tsx";
import { TicketLines } from "./TicketLines.tsx";
import type { TicketProps } from "./ticket-props.ts";

/**
 * One ticket in one column. It draws itself anew only when its own order or place has changed, and keeps its height
 * whatever is done to it: what stands below it must not move.
 */
export const Ticket = memo(function Ticket(props: TicketProps) {
  const { entry, left, column, place, display, selection } = props;
  const ticket = entry.ticket.value;
  const chosen = selection.isChosen(column, entry.id).value;
  useEffect(() => () => selection.forget(column, entry.id), [selection, column, entry.id]);
  const stopped = isStopped(ticket) && !left;
  return (
    <li
      class="ticket"
      data-id={entry.id}
      data-status={ticket.status}
      data-left={left !== undefined}
      data-over={left?.over}
      aria-hidden={left?.over}
      data-fresh={entry.fresh.value && !left}
      data-stopped={stopped}
      data-chosen={chosen}
      onPointerDown={() => {
        display.touched(entry);
        selection.choose(column, entry.id);
      }}
    >
      <article aria-label={ticket.number} aria-current={chosen}>
        <header>
          {place !== undefined && <kbd>{place}</kbd>}
          <strong class="number">{ticket.number}</strong>
          {left ? (
            <Moved ticket={ticket} />
          ) : stopped ? (
            <Stopped ticket={ticket} />
          ) : (
            <Age since={ticket.receivedAt} still={ticket.status === "ready"} fresh={entry.fresh.value} />
          )}
          {!stopped && <PromisedTime at={ticket.promisedAt} />}
        </header>
        {ticket.takenFrom !== undefined && (
          <p class="taken">
            <Icon name="turn" />
            {kitchenWords.value.takenFrom(ticket.takenFrom)}
          </p>
        )}
        <TicketLines lines={entry.drawn.value.lines} />
        <AlsoAt drawn={entry.drawn.value} column={column} left={left !== undefined} />
        <TicketFoot {...props} />
      </article>
    </li>
  );
});

/** In the place of the age: what nobody must make any more. */
function Stopped({ ticket }: { ticket: TicketView }) {
  const words = kitchenWords.value;
  return (
    <span class="age stop" role="alert">
      <span class="digits">{words.stop}</span>
      <span class="words">
        <span class="word">
          <Icon name="hand" />
          {stoppedBy(ticket)}
        </span>
      </span>
    </span>
  );
}

function stoppedBy({ status, givenTo }: TicketView): string {
  const words = kitchenWords.value;
  if (givenTo !== undefined) return words.givenTo(givenTo);
  return status === "cancelled" ? words.cancelled : words.rejected;
}

/** In the place of the age: where a ticket has gone that has left the column. */
function Moved({ ticket }: { ticket: TicketView }) {
  const words = kitchenWords.value;
  const where = columnsOf(ticket).map(columnName).join(", ");
  return (
    <span class="age moved">
      <span class="digits">
        <Icon name="check" />
      </span>
      <span class="words">{where === "" ? words.gone : words.moved(where)}</span>
    </span>
  );
}

interface AlsoAtProps {
  readonly drawn: Drawn;
  readonly column: ColumnId;
  /** It has left the column, and keeps the height that it had. */
  readonly left: boolean;
}

/** Other stations that work at it, and other sites that make parts of the same order. */
function AlsoAt({ drawn, column, left }: AlsoAtProps) {
  const words = kitchenWords.value;
  const last = useRef(drawn);
  if (!left) last.current = drawn;
  const { started, alsoAt = [] } = last.current;
  const stations = started.filter((station) => station !== column).map(stationName);
  const sites = alsoAt.map((part) =>
    words.elsewhere(
      part.siteName,
      part.started.map(stationName).join(", ") || words.statuses[part.status ?? "expected"],
    ),
  );
  const places = [...stations, ...sites];
  if (places.length === 0) return null;
  return (
    <p class="also">
      <Icon name="list" />
      <span>{words.alsoAt(places.join("; "))}</span>
    </p>
  );
}
