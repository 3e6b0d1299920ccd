import { useEffect, useMemo } from "preact/hooks";
import { messages } from "../../messages/catalogue.ts";
import type { Display } from "../../state/kitchen/display.ts";
import { EXPO_GROUPS } from "../../state/kitchen/expo.ts";
import { ExpoBoard } from "../../state/kitchen/expo-board.ts";
import { ExpoOrder } from "./ExpoOrder.tsx";

/** What the pass needs: what can be handed over, what is complete, and what waits for what. */
export function ExpoView({ display }: { display: Display }) {
  const board = useMemo(() => new ExpoBoard(display), [display]);
  useEffect(() => () => board.stop(), [board]);
  const words = messages.value.kitchen;
  return (
    <>
      {EXPO_GROUPS.map((group) => {
        const entries = board.groups.value.get(group) ?? [];
        const pointed = () => board.pointed();
        return (
          <section
            key={group}
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
            <ol class="tickets" tabIndex={-1} onScroll={pointed}>
              {entries.map((entry) => (
                <ExpoOrder key={entry.id} entry={entry} display={display} />
              ))}
              {entries.length === 0 && <li class="column-empty">{words.emptyColumn}</li>}
            </ol>
          </section>
        );
      })}
    </>
  );
}
