import { useEffect, useMemo } from "preact/hooks";
import { kitchenWords } from "../../messages/kitchen.ts";
import type { Display } from "../../state/kitchen/display.ts";
import { EXPO_GROUPS, type ExpoGroup } from "../../state/kitchen/expo.ts";
import { ExpoBoard } from "../../state/kitchen/expo-board.ts";
import { useStaged } from "../board/use-staged.ts";
import { ExpoOrder } from "./ExpoOrder.tsx";

/** What the pass needs: what can be handed over, what is complete, and what waits for what. */
export function ExpoView({ display }: { display: Display }) {
  const board = useMemo(() => new ExpoBoard(display), [display]);
  useEffect(() => () => board.stop(), [board]);
  return (
    <>
      {EXPO_GROUPS.map((group) => (
        <Group key={group} group={group} board={board} display={display} />
      ))}
    </>
  );
}

interface GroupProps {
  readonly group: ExpoGroup;
  readonly board: ExpoBoard;
  readonly display: Display;
}

function Group({ group, board, display }: GroupProps) {
  const words = kitchenWords.value;
  const entries = board.groups.value.get(group) ?? [];
  const drawn = useStaged(entries.length, 8);
  const pointed = () => board.pointed();
  return (
    <section
      class="expo-group"
      data-group={group}
      aria-label={words.expoGroups[group]}
      onPointerMove={pointed}
      onPointerDown={pointed}
    >
      <h2 class="column-head">
        <span class="name">{words.expoGroups[group]}</span>
        <span class="count" title={words.ticketsIn(entries.length)}>
          {entries.length}
        </span>
      </h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <ol class="tickets" tabIndex={0} aria-label={words.expoGroups[group]} onScroll={pointed}>
        {entries.slice(0, drawn).map((entry) => (
          <ExpoOrder key={entry.id} entry={entry} display={display} />
        ))}
        {entries.length === 0 && <li class="column-empty">{words.emptyColumn}</li>}
      </ol>
    </section>
  );
}
