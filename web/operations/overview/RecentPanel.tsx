import { Head } from "../../analyst/parts/Head.tsx";
import { TableFrame } from "../../analyst/parts/TableFrame.tsx";
import type { Overview } from "../../api/operations.ts";
import { formatWhen } from "../../messages/format.ts";
import { operationsWords } from "../../messages/operations.ts";
import { type Past, recentOf } from "../../state/operations/recent.ts";
import { Panel } from "./Panel.tsx";
import { differenceText, outsideName } from "./sentence.ts";

const MOST = 12;

/** What rang in the last day and is over. */
export function RecentPanel({ overview }: { overview: Overview }) {
  const words = operationsWords.value.overview.recent;
  const past = recentOf(overview).slice(0, MOST);
  return (
    <Panel title={words.title} part={{ at: overview.money.at, data: past }}>
      {(all) =>
        all.length === 0 ? (
          <p>{words.none}</p>
        ) : (
          <TableFrame caption={words.title} quiet>
            <thead>
              <tr>
                <Head>{words.when}</Head>
                <Head>{words.what}</Head>
                <Head>{words.end}</Head>
              </tr>
            </thead>
            <tbody>
              {all.map((one, index) => (
                <tr key={`${one.kind} ${one.at} ${index}`}>
                  <td>{formatWhen(one.at)}</td>
                  <th scope="row" class="wrap">
                    {whatOf(one)}
                  </th>
                  <td>{endOf(one)}</td>
                </tr>
              ))}
            </tbody>
          </TableFrame>
        )
      }
    </Panel>
  );
}

function whatOf(past: Past): string {
  const words = operationsWords.value.overview.recent;
  if (past.kind === "difference") return differenceText({ kind: past.difference, text: past.text });
  return past.kind === "circuit" ? outsideName(past.system, past.place) : `${words.failed}: ${past.error}`;
}

function endOf(past: Past): string {
  const words = operationsWords.value.overview.recent;
  if (past.kind === "circuit") return words.again;
  if (past.kind === "compare-failed") return "";
  if (past.end === "settled") return words.settled(past.by ?? "");
  return past.end === "mended" ? words.mended : words.gone;
}
