import { useEffect, useMemo, useRef } from "preact/hooks";
import { kitchenWords } from "../../messages/kitchen.ts";
import { now } from "../../state/clock.ts";
import type { Display } from "../../state/kitchen/display.ts";
import { EXPO_GROUPS, type ExpoGroup } from "../../state/kitchen/expo.ts";
import { ExpoBoard } from "../../state/kitchen/expo-board.ts";
import { afterPaint } from "../board/after-paint.ts";
import { sightOf } from "../board/sight.ts";
import { useStaged } from "../board/use-staged.ts";
import { ExpoOrder } from "./ExpoOrder.tsx";

/** What the pass needs: what can be handed over, what is complete, and what waits for what. */
export function ExpoView({ display }: { display: Display }) {
  const board = useMemo(() => new ExpoBoard(display, now), [display]);
  useEffect(() => () => board.stop(), [board]);
  useEffect(() => {
    const touched = ({ target }: MouseEvent) => {
      const group = target instanceof Element ? target.closest<HTMLElement>("[data-group]")?.dataset.group : undefined;
      afterPaint(() => board.handled(EXPO_GROUPS.find((one) => one === group)));
    };
    addEventListener("click", touched);
    return () => removeEventListener("click", touched);
  }, [board]);
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
  const slots = board.slots(group).value;
  const standing = slots.filter(({ left }) => !left).length;
  const drawn = useStaged(slots.length, 8);
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => board.seenBy(group, () => (list.current ? sightOf(list.current, true) : undefined)), [board, group]);
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
        <span class="count" title={words.ticketsIn(standing)}>
          {standing}
        </span>
      </h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <ol ref={list} class="tickets" tabIndex={0} aria-label={words.expoGroups[group]} onScroll={pointed}>
        {slots.slice(0, drawn).map(({ id, left }) => {
          const entry = board.entry(id);
          return (
            entry && <ExpoOrder key={id} entry={entry} over={left !== undefined} board={board} display={display} />
          );
        })}
        {slots.length === 0 && <li class="column-empty">{words.emptyColumn}</li>}
      </ol>
    </section>
  );
}
