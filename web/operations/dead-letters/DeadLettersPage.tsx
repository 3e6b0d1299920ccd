import { useState } from "preact/hooks";
import { Reading } from "../../analyst/parts/Reading.tsx";
import { useFeed } from "../../analyst/parts/use-feed.ts";
import type { LetterList } from "../../api/dead-letters.ts";
import { operationsWords } from "../../messages/operations.ts";
import { followLetters, type Shown, shownBy, toShown } from "../../state/operations/dead-letters.ts";
import { Blank } from "../../ui/Blank.tsx";
import { CountsTable } from "./CountsTable.tsx";
import { LettersTable } from "./LettersTable.tsx";
import { RedriveDialog } from "./RedriveDialog.tsx";
import { Redrives } from "./Redrives.tsx";
import { Rules } from "./Rules.tsx";

/** All dead letters that the address chooses; it refreshes itself. */
export function DeadLettersPage({ query }: { query: string }) {
  const shown = shownBy(query);
  const feed = useFeed(() => followLetters(shown));
  const words = operationsWords.value.dead;
  const list = feed.data.value;
  return (
    <>
      <div class="lead">
        <h1 tabIndex={-1}>{words.title}</h1>
        <p class="quiet small">{words.lead}</p>
      </div>
      <States shown={shown} />
      {list ? (
        <Listed list={list} shown={shown} onAsked={feed.look} />
      ) : (
        <Reading trouble={feed.trouble.value} again={feed.look} lines={8} />
      )}
      <Redrives onEnded={feed.look} />
      <Rules />
    </>
  );
}

function States({ shown }: { shown: Shown }) {
  const words = operationsWords.value.dead;
  return (
    <nav class="states" aria-label={words.stateLabel}>
      {(["parked", "redriven", "discarded", "all"] as const).map((state) => (
        <a key={state} href={toShown({ ...shown, state })} aria-current={state === shown.state ? "page" : undefined}>
          {words.states[state]}
        </a>
      ))}
    </nav>
  );
}

function Listed({ list, shown, onAsked }: { list: LetterList; shown: Shown; onAsked: () => void }) {
  const [asking, setAsking] = useState(false);
  const words = operationsWords.value.dead;
  const { filter, state } = shown;
  const narrowed = filter.consumer !== undefined || filter.error !== undefined;
  const everything = toShown({ filter: {}, state: "parked" });
  if (list.total === 0 && state === "parked" && !narrowed) {
    return (
      <Blank icon="check" title={words.nothing}>
        <p class="quiet">{words.nothingHint}</p>
      </Blank>
    );
  }
  return (
    <>
      {narrowed && (
        <p class="narrowed">
          {words.filtered(filter.consumer ?? "", filter.error ?? "")} <a href={everything}>{words.showAll}</a>
        </p>
      )}
      {list.total === 0 ? (
        <Blank icon="search" title={words.nothingMatches}>
          {!narrowed && <a href={everything}>{words.showAll}</a>}
        </Blank>
      ) : (
        <>
          <CountsTable counts={list.counts} shown={shown} />
          {state === "parked" && (
            <div class="acts">
              <button
                type="button"
                class="button slim main"
                data-key="r"
                aria-keyshortcuts="r"
                onClick={() => setAsking(true)}
              >
                {words.redriveAll(list.total)}
              </button>
            </div>
          )}
          <LettersTable letters={list.letters} />
          {list.total > list.letters.length && (
            <p class="quiet small under">{words.more(list.letters.length, list.total)}</p>
          )}
        </>
      )}
      {asking && (
        <RedriveDialog filter={filter} letters={list.total} onAsked={onAsked} onClose={() => setAsking(false)} />
      )}
    </>
  );
}
