import { Head } from "../../analyst/parts/Head.tsx";
import { TableFrame } from "../../analyst/parts/TableFrame.tsx";
import type { Overview } from "../../api/operations.ts";
import { formatCount } from "../../messages/figures.ts";
import { formatWhen } from "../../messages/format.ts";
import { operationsWords } from "../../messages/operations.ts";
import { toShown } from "../../state/operations/dead-letters.ts";
import { failureText } from "../dead-letters/failure-text.ts";
import { Panel } from "./Panel.tsx";
import type { Wish } from "./wish.ts";

/** What was set aside, by consumer and failure. */
export function LettersPanel({ letters, onWish }: { letters: Overview["letters"]; onWish: (wish: Wish) => void }) {
  const { letters: words, redrive } = operationsWords.value.overview;
  const all = (
    <a class="button slim" href="/operations/dead-letters">
      {words.all}
    </a>
  );
  return (
    <Panel title={words.title} part={letters} acts={all}>
      {({ counts }) =>
        counts.length === 0 ? (
          <p>{words.none}</p>
        ) : (
          <TableFrame caption={words.title} quiet>
            <thead>
              <tr>
                <Head n>{words.count}</Head>
                <Head>{words.consumer}</Head>
                <Head>{words.error}</Head>
                <Head>{words.since}</Head>
                <Head>
                  <span class="unseen">{redrive(1)}</span>
                </Head>
              </tr>
            </thead>
            <tbody>
              {counts.map(({ consumer, error, failureType, failureClass, letters: count, since }) => {
                const filter = { consumer, error };
                return (
                  <tr key={`${consumer} ${error} ${failureType}`}>
                    <td class="n large">{formatCount(count)}</td>
                    <th scope="row">{consumer}</th>
                    <td class="wrap">
                      <a href={toShown({ filter, state: "parked" })}>{error}</a>
                      <small>{failureText({ failureType, failureClass })}</small>
                    </td>
                    <td>{formatWhen(since)}</td>
                    <td>
                      <button
                        type="button"
                        class="button slim"
                        onClick={() => onWish({ kind: "redrive", filter, letters: count })}
                      >
                        {redrive(count)}
                      </button>
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </TableFrame>
        )
      }
    </Panel>
  );
}
