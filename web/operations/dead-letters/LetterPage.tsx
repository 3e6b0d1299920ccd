import { useState } from "preact/hooks";
import { Reading } from "../../analyst/parts/Reading.tsx";
import { useFeed } from "../../analyst/parts/use-feed.ts";
import type { WholeLetter } from "../../api/dead-letters.ts";
import { formatCount, formatMoment } from "../../messages/figures.ts";
import { operationsWords } from "../../messages/operations.ts";
import { followLetter } from "../../state/operations/dead-letters.ts";
import { DiscardDialog } from "./DiscardDialog.tsx";
import { failureText } from "./failure-text.ts";
import { whatOf } from "./LettersTable.tsx";
import { LetterTag } from "./LetterTag.tsx";
import { Preview } from "./Preview.tsx";
import { RedriveDialog } from "./RedriveDialog.tsx";

/** One letter with everything that is kept, and what can be done about it. */
export function LetterPage({ id }: { id: string }) {
  const feed = useFeed(() => followLetter(id));
  const letter = feed.data.value;
  return letter ? (
    <Letter letter={letter} onAsked={feed.look} />
  ) : (
    <>
      <h1 tabIndex={-1}>{operationsWords.value.dead.title}</h1>
      <Reading trouble={feed.trouble.value} again={feed.look} lines={8} />
    </>
  );
}

function Letter({ letter, onAsked }: { letter: WholeLetter; onAsked: () => void }) {
  const [asking, setAsking] = useState<"redrive" | "discard">();
  const words = operationsWords.value.dead;
  const close = () => setAsking(undefined);
  return (
    <>
      <a href="/operations/dead-letters">{words.back}</a>
      <div class="lead with-acts">
        <div>
          <h1 tabIndex={-1}>
            {whatOf(letter)} · {letter.consumer}
          </h1>
          <p class="quiet small">{letter.stream}</p>
        </div>
        {letter.state === "parked" ? (
          <div class="acts">
            <button
              type="button"
              class="button slim main"
              data-key="r"
              aria-keyshortcuts="r"
              onClick={() => setAsking("redrive")}
            >
              {words.redrive}
            </button>
            <button
              type="button"
              class="button slim"
              data-key="x"
              aria-keyshortcuts="x"
              onClick={() => setAsking("discard")}
            >
              {words.discard}
            </button>
          </div>
        ) : (
          <Settled letter={letter} />
        )}
      </div>
      <section class="card failure" aria-label={words.failure}>
        <strong>{letter.error}</strong>
        <p>{letter.message}</p>
        <Facts letter={letter} />
      </section>
      {letter.state === "parked" && <Preview id={letter.id} />}
      <details class="card kept">
        <summary>{words.payload}</summary>
        <pre>{JSON.stringify(letter.payload, null, 2)}</pre>
      </details>
      {letter.stack !== "" && (
        <details class="card kept">
          <summary>{words.stack}</summary>
          <pre>{letter.stack}</pre>
        </details>
      )}
      {asking === "redrive" && (
        <RedriveDialog filter={{ ids: [letter.id] }} letters={1} onAsked={onAsked} onClose={close} />
      )}
      {asking === "discard" && <DiscardDialog letter={letter} onAsked={onAsked} onClose={close} />}
    </>
  );
}

function Settled({ letter: { state, resolved } }: { letter: WholeLetter }) {
  const words = operationsWords.value.dead;
  return (
    <div class="settled">
      <LetterTag state={state} />
      {resolved && (
        <p class="small">
          {words.settled(words.states[state], resolved.by, formatMoment(resolved.at))}
          {resolved.rule !== undefined && ` ${words.rule(resolved.rule)}`}
          {resolved.reason !== undefined && ` ${words.reason(resolved.reason)}`}
        </p>
      )}
    </div>
  );
}

function Facts({ letter }: { letter: WholeLetter }) {
  const words = operationsWords.value.dead;
  const facts: readonly (readonly [string, string])[] = [
    [words.failure, failureText(letter)],
    [words.tries, formatCount(letter.attempts)],
    [words.first, formatMoment(letter.firstFailedAt)],
    [words.last, formatMoment(letter.lastFailedAt)],
    [words.behind, letter.heldBack === 0 ? "–" : formatCount(letter.heldBack)],
    [words.version, letter.version || "–"],
    ...(letter.eventId === undefined ? [] : [[words.event, letter.eventId] as const]),
  ];
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
