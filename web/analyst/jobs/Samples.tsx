import type { Sample, TableDiff } from "../../api/replay.ts";
import { analystWords } from "../../messages/analyst.ts";
import { formatCount } from "../../messages/figures.ts";
import { Head } from "../parts/Head.tsx";
import { keyText, toExplanation } from "../parts/links.ts";
import { TableFrame } from "../parts/TableFrame.tsx";
import { Value } from "../parts/Value.tsx";

interface SamplesProps {
  readonly projection: string;
  readonly diff: TableDiff;
  /** How many rows differ in all. */
  readonly of: number;
}

/** Some of the rows that differ, column by column; each can be asked which events made it. */
export function Samples({ projection, diff, of }: SamplesProps) {
  const words = analystWords.value.diff;
  return (
    <>
      <h3>
        {words.samples(diff.table)}{" "}
        <span class="quiet small">{words.sampleCount(diff.samples.length, formatCount(of))}</span>
      </h3>
      <ul class="samples">
        {diff.samples.map((sample) => (
          <li key={`${sample.kind} ${JSON.stringify(sample.key)}`} class="card" data-kind={sample.kind}>
            <header>
              <span class="tag" data-kind={KINDS[sample.kind]}>
                {words.kinds[sample.kind]}
              </span>
              <code class="row-key">{keyText(sample.key)}</code>
              <a href={toExplanation({ projection, table: diff.table, key: sample.key })} data-row>
                {words.why}
                <span class="unseen"> {keyText(sample.key)}</span>
              </a>
            </header>
            <Columns sample={sample} />
          </li>
        ))}
      </ul>
    </>
  );
}

const KINDS = { "only-live": "bad", "only-rebuilt": "good", changed: "warn" } as const;

/** Of a changed row the columns that changed; of one that is on one side only, what it holds there. */
function Columns({ sample }: { sample: Sample }) {
  const words = analystWords.value.diff;
  const names = Object.keys(sample.columns);
  const shown =
    sample.kind === "changed"
      ? names.filter((name) => sample.columns[name]?.live !== sample.columns[name]?.rebuilt)
      : names;
  return (
    <TableFrame caption={words.sampleCaption(keyText(sample.key))} quiet class="columns">
      <thead>
        <tr>
          <Head>{words.column}</Head>
          {sample.kind !== "only-rebuilt" && <Head>{words.live}</Head>}
          {sample.kind !== "only-live" && <Head>{words.rebuilt}</Head>}
        </tr>
      </thead>
      <tbody>
        {shown.map((name) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            {sample.kind !== "only-rebuilt" && (
              <td class="was">
                <Value text={sample.columns[name]?.live} />
              </td>
            )}
            {sample.kind !== "only-live" && (
              <td class="is">
                <Value text={sample.columns[name]?.rebuilt} />
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </TableFrame>
  );
}
