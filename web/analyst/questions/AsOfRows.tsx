import { useState } from "preact/hooks";
import { getRows, type Job } from "../../api/replay.ts";
import { analystWords } from "../../messages/analyst.ts";
import { formatCount } from "../../messages/figures.ts";
import { followProjections, mainTable } from "../../state/analyst/projections.ts";
import { Reading } from "../parts/Reading.tsx";
import { useFeed } from "../parts/use-feed.ts";
import { useReading } from "../parts/use-reading.ts";
import { DownloadRows } from "./DownloadRows.tsx";
import { DropRows } from "./DropRows.tsx";
import { RowsTable } from "./RowsTable.tsx";

export const PAGE = 50;

/** The rows of a read model as it stood, table by table and page by page. */
export function AsOfRows({ job, onDropped }: { job: Job; onDropped: () => void }) {
  const feed = useFeed(followProjections, false);
  const [chosen, setChosen] = useState<string>();
  const words = analystWords.value.asOf;
  const tables = feed.data.value?.projections.find(({ name }) => name === job.projection)?.tables;
  const table = chosen ?? mainTable(job.projection, tables ?? [])?.name;
  return (
    <section class="block">
      <h2>{words.rowsTitle}</h2>
      <p class="quiet small">
        {words.kept} <DropRows job={job} onDropped={onDropped} />
      </p>
      {!tables || table === undefined ? (
        <Reading trouble={feed.trouble.value} again={feed.look} />
      ) : (
        <>
          <fieldset class="choices tabs" aria-label={words.tables}>
            {tables.map(({ name }) => (
              <button
                key={name}
                type="button"
                class="tab"
                aria-pressed={name === table}
                onClick={() => setChosen(name)}
              >
                {name}
              </button>
            ))}
          </fieldset>
          <TablePages key={table} job={job} table={table} knownKey={tables.find(({ name }) => name === table)?.key} />
        </>
      )}
    </section>
  );
}

interface TablePagesProps {
  readonly job: Job;
  readonly table: string;
  readonly knownKey: readonly string[] | undefined;
}

function TablePages({ job, table, knownKey }: TablePagesProps) {
  const [cursors, setCursors] = useState<readonly (string | undefined)[]>([undefined]);
  const cursor = cursors.at(-1);
  const reading = useReading(`${table} ${cursor}`, () => getRows(job.jobId, table, cursor, PAGE));
  const words = analystWords.value.asOf;
  const page = reading.data;
  const from = (cursors.length - 1) * PAGE + 1;
  return (
    <>
      <div class="rows-area">
        {!page ? (
          <Reading trouble={reading.trouble} again={reading.again} lines={8} />
        ) : page.rows.length === 0 ? (
          <p class="quiet empty-line">{words.noRows}</p>
        ) : (
          <RowsTable job={job} page={page} keyColumns={page.key ?? knownKey} />
        )}
      </div>
      <div class="pager">
        <button
          type="button"
          class="button slim"
          disabled={cursors.length === 1}
          onClick={() => setCursors(cursors.slice(0, -1))}
        >
          {words.previous}
        </button>
        <span class="quiet small" role="status">
          {page && page.rows.length > 0 && words.page(formatCount(from), formatCount(from + page.rows.length - 1))}
        </span>
        <button
          type="button"
          class="button slim"
          disabled={page?.next === undefined}
          onClick={() => setCursors([...cursors, page?.next])}
        >
          {words.next}
        </button>
        <DownloadRows job={job} table={table} />
      </div>
    </>
  );
}
