import { useComputed } from "@preact/signals";
import { memo } from "preact/compat";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { kitchenWords } from "../../messages/kitchen.ts";
import type { ColumnId } from "../../state/kitchen/acts.ts";
import type { Display } from "../../state/kitchen/display.ts";
import { pathOf } from "../../state/kitchen/shown.ts";
import { Icon } from "../../ui/Icon.tsx";
import type { Selection } from "../selection.ts";
import { columnName } from "./column-name.ts";
import { DrawnTickets } from "./drawn-tickets.tsx";
import { sightOf } from "./sight.ts";
import { useStaged } from "./use-staged.ts";

interface ColumnProps {
  readonly siteId: string;
  readonly column: ColumnId;
  /** The only column that is shown. */
  readonly alone: boolean;
  readonly display: Display;
  readonly selection: Selection;
}

/** One station with its tickets; its head narrows the display to it, or widens it again. */
export const Column = memo(function Column({ siteId, column, alone, display, selection }: ColumnProps) {
  const words = kitchenWords.value;
  const slots = display.board.slots(column).value;
  const standing = slots.filter(({ left }) => !left);
  const name = columnName(column);
  const marked = useComputed(() => selection.column.value === column).value;
  const numbered = marked && selection.byKeys.value;
  const fresh = useComputed(
    () =>
      display.board.slots(column).value.filter(({ id, left }) => !left && display.entry(id)?.fresh.value === true)
        .length,
  ).value;
  const tickets = useMemo(() => new DrawnTickets(column, display, selection), [column, display, selection]);
  tickets.keepOnly(slots);
  const drawn = useStaged(slots.length, alone ? 12 : 4);
  const list = useRef<HTMLOListElement>(null);
  useEffect(
    () => display.board.seenBy(column, () => (list.current ? sightOf(list.current, alone) : undefined)),
    [display, column, alone],
  );
  const pointed = () => display.board.pointed(column);
  return (
    <section
      class="column"
      data-column={column}
      data-marked={marked}
      aria-label={name}
      onPointerMove={pointed}
      onPointerDown={() => display.board.pressed(column)}
    >
      <a class="column-head" href={pathOf(siteId, alone ? { view: "all" } : { view: "some", columns: [column] })}>
        <span class="name">{name}</span>
        {alone ? (
          <span class="all small">
            <Icon name="cross" />
            {words.allStations}
          </span>
        ) : (
          <span class="unseen">{words.onlyStation(name)}</span>
        )}
        {fresh > 0 && (
          <span class="fresh-count" title={words.untouched(fresh)}>
            <Icon name="bell" />
            {fresh}
          </span>
        )}
        <span class="count" title={words.ticketsIn(standing.length)}>
          {standing.length}
        </span>
      </a>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <ol ref={list} class="tickets" tabIndex={0} aria-label={name} onScroll={pointed}>
        {slots.slice(0, drawn).map((slot, at) => tickets.of(slot, numbered && at < 9 ? at + 1 : undefined))}
        {slots.length === 0 && <li class="column-empty">{words.emptyColumn}</li>}
      </ol>
    </section>
  );
});
