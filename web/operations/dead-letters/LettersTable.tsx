import { Head } from "../../analyst/parts/Head.tsx";
import { TableFrame } from "../../analyst/parts/TableFrame.tsx";
import type { Letter } from "../../api/dead-letters.ts";
import { formatCount } from "../../messages/figures.ts";
import { formatWhen } from "../../messages/format.ts";
import { operationsWords } from "../../messages/operations.ts";
import { toLetter } from "../../state/operations/dead-letters.ts";
import { LetterTag } from "./LetterTag.tsx";

/** Letters, one row each; a row opens its letter. */
export function LettersTable({ letters }: { letters: readonly Letter[] }) {
  const words = operationsWords.value.dead;
  return (
    <TableFrame caption={words.list} quiet class="letters">
      <thead>
        <tr>
          <Head>{words.what}</Head>
          <Head>{words.consumer}</Head>
          <Head>{words.failure}</Head>
          <Head n>{words.tries}</Head>
          <Head n>{words.behind}</Head>
          <Head>{words.when}</Head>
        </tr>
      </thead>
      <tbody>
        {letters.map((letter) => (
          <tr key={letter.id}>
            <th scope="row">
              <a href={toLetter(letter.id)} data-row>
                {whatOf(letter)}
              </a>
              <small>{letter.stream}</small>
            </th>
            <td>{letter.consumer}</td>
            <td class="wrap">
              {letter.error}
              <small>{letter.message.split("\n")[0]}</small>
            </td>
            <td class="n">{formatCount(letter.attempts)}</td>
            <td class="n">{letter.heldBack === 0 ? "–" : formatCount(letter.heldBack)}</td>
            <td>
              {formatWhen(letter.lastFailedAt)}
              {letter.state !== "parked" && <LetterTag state={letter.state} />}
            </td>
          </tr>
        ))}
      </tbody>
    </TableFrame>
  );
}

/** What a letter is about, in a few words. */
export const whatOf = ({ kind, effectId, type }: Letter): string =>
  kind === "effect" ? operationsWords.value.dead.effect(effectId ?? type) : type;
