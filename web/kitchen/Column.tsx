import { messages } from "../messages/catalogue.ts";
import type { ColumnId } from "../state/kitchen/acts.ts";
import type { Display } from "../state/kitchen/display.ts";
import { Icon } from "../ui/Icon.tsx";
import { columnName } from "./column-name.ts";
import type { Selection } from "./keys.ts";
import { Ticket } from "./Ticket.tsx";

interface ColumnProps {
  readonly siteId: string;
  readonly column: ColumnId;
  /** The only column that is shown. */
  readonly alone: boolean;
  readonly display: Display;
  readonly selection: Selection;
}

/** One station with its tickets; its head narrows the display to it, or widens it again. */
export function Column({ siteId, column, alone, display, selection }: ColumnProps) {
  const words = messages.value.kitchen;
  const slots = display.board.slots(column).value;
  const count = slots.filter(({ left }) => !left).length;
  const name = columnName(column);
  const path = `/kitchen/${encodeURIComponent(siteId)}`;
  const marked = selection.column.value === column;
  const pointed = () => display.board.pointed(column);
  return (
    <section
      class="column"
      data-column={column}
      data-marked={marked}
      aria-label={name}
      onPointerMove={pointed}
      onPointerDown={pointed}
    >
      <a class="column-head" href={alone ? path : `${path}?station=${encodeURIComponent(column)}`}>
        <span class="name">{name}</span>
        {alone ? (
          <span class="all small">
            <Icon name="cross" />
            {words.allStations}
          </span>
        ) : (
          <span class="unseen">{words.onlyStation(name)}</span>
        )}
        <span class="count" title={words.ticketsIn(count)}>
          {count}
        </span>
      </a>
      <ol class="tickets" onScroll={pointed}>
        {slots.map((slot, at) => {
          const entry = display.entry(slot.id);
          return (
            entry && (
              <Ticket
                key={slot.id}
                entry={entry}
                left={slot.left}
                column={column}
                place={marked && at < 9 ? at + 1 : undefined}
                display={display}
                selection={selection}
              />
            )
          );
        })}
        {count === 0 && slots.length === 0 && <li class="column-empty">{words.emptyColumn}</li>}
      </ol>
    </section>
  );
}
