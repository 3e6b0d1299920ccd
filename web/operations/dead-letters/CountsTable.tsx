import { Head } from "../../analyst/parts/Head.tsx";
import { TableFrame } from "../../analyst/parts/TableFrame.tsx";
import type { LetterCount } from "../../api/dead-letters.ts";
import { formatCount } from "../../messages/figures.ts";
import { formatWhen } from "../../messages/format.ts";
import { operationsWords } from "../../messages/operations.ts";
import { type Shown, toShown } from "../../state/operations/dead-letters.ts";
import { failureText } from "./failure-text.ts";

/** How many letters there are of each failure; each line narrows the list to its own. */
export function CountsTable({ counts, shown }: { counts: readonly LetterCount[]; shown: Shown }) {
  const words = operationsWords.value.dead;
  return (
    <TableFrame caption={words.counts} quiet class="counts">
      <thead>
        <tr>
          <Head n>{words.letters}</Head>
          <Head>{words.consumer}</Head>
          <Head>{words.failure}</Head>
          <Head>{words.since}</Head>
        </tr>
      </thead>
      <tbody>
        {counts.map(({ consumer, error, failureType, failureClass, letters, since }) => (
          <tr key={`${consumer} ${error} ${failureType}`}>
            <td class="n">{formatCount(letters)}</td>
            <th scope="row">{consumer}</th>
            <td>
              <a href={toShown({ ...shown, filter: { consumer, error } })} aria-label={words.only(consumer, error)}>
                {error}
              </a>
              <small>{failureText({ failureType, failureClass })}</small>
            </td>
            <td>{formatWhen(since)}</td>
          </tr>
        ))}
      </tbody>
    </TableFrame>
  );
}
