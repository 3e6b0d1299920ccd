import { useState } from "preact/hooks";
import { type Diff, getDiff, type Job, type TableDiff } from "../../api/replay.ts";
import { analystWords } from "../../messages/analyst.ts";
import { formatCount, formatShare } from "../../messages/figures.ts";
import { Notice } from "../../ui/Notice.tsx";
import { Head } from "../parts/Head.tsx";
import { Reading } from "../parts/Reading.tsx";
import { TableFrame } from "../parts/TableFrame.tsx";
import { useReading } from "../parts/use-reading.ts";
import { Samples } from "./Samples.tsx";

/** What differs between the live rows and those that a job has made. */
export function DiffView({ job }: { job: Job }) {
  const reading = useReading(job.jobId, () => getDiff(job.jobId));
  const words = analystWords.value.diff;
  const { data: diff } = reading;
  return (
    <section class="block">
      <h2>{words.title}</h2>
      {!diff ? (
        <Reading trouble={reading.trouble} again={reading.again} lines={5} />
      ) : (
        <>
          <p class="diff-sum">
            {diff.equal
              ? job.kind === "what-if"
                ? analystWords.value.whatIf.same
                : words.equal(diff.position)
              : words.differs(formatShare(diff.share))}
          </p>
          <Counts job={job} diff={diff} />
        </>
      )}
    </section>
  );
}

const differing = (table: TableDiff) => table.onlyLive + table.onlyRebuilt + table.changed;

function Counts({ job, diff }: { job: Job; diff: Diff }) {
  const words = analystWords.value.diff;
  const first = diff.tables.find((table) => differing(table) > 0);
  const [chosen, setChosen] = useState(first?.table);
  const shown = diff.tables.find(({ table }) => table === chosen);
  const caption = job.kind === "what-if" ? words.captionWhatIf(diff.position) : words.caption(diff.position);
  return (
    <>
      <TableFrame caption={caption}>
        <thead>
          <tr>
            <Head>{words.table}</Head>
            {[words.liveRows, words.rebuiltRows, words.onlyLive, words.onlyRebuilt, words.changed].map((head) => (
              <Head key={head} n>
                {head}
              </Head>
            ))}
          </tr>
        </thead>
        <tbody>
          {diff.tables.map((table) => (
            <tr key={table.table} data-differs={differing(table) > 0} data-chosen={table.table === chosen}>
              <th scope="row">
                {differing(table) > 0 ? (
                  <button
                    type="button"
                    class="link"
                    data-row
                    aria-expanded={table.table === chosen}
                    onClick={() => setChosen(table.table)}
                  >
                    {table.table}
                  </button>
                ) : (
                  table.table
                )}
              </th>
              <td class="n">{formatCount(table.liveRows)}</td>
              <td class="n">{formatCount(table.rebuiltRows)}</td>
              {[table.onlyLive, table.onlyRebuilt, table.changed].map((n, at) => (
                <td key={["live", "rebuilt", "changed"][at]} class="n" data-some={n > 0}>
                  {formatCount(n)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </TableFrame>
      {shown &&
        differing(shown) > 0 &&
        (shown.samples.length === 0 ? (
          <Notice icon="list">{words.noSamples}</Notice>
        ) : (
          <Samples projection={job.projection} diff={shown} of={differing(shown)} />
        ))}
    </>
  );
}
