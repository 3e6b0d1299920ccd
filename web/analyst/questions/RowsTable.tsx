import type { Job, RowsPage } from "../../api/replay.ts";
import { analystWords } from "../../messages/analyst.ts";
import { Head } from "../parts/Head.tsx";
import { keyText, toExplanation } from "../parts/links.ts";
import { TableFrame } from "../parts/TableFrame.tsx";
import { Value } from "../parts/Value.tsx";

interface RowsTableProps {
  readonly job: Job;
  readonly page: RowsPage;
  /** Columns of the primary key: with them a row can be asked which events made it. */
  readonly keyColumns: readonly string[] | undefined;
}

/** A page of rows as the database writes them. */
export function RowsTable({ job, page, keyColumns }: RowsTableProps) {
  const words = analystWords.value.asOf;
  const until = job.progress?.until;
  return (
    <TableFrame
      caption={until === undefined ? words.rowsCaptionPlain(page.table) : words.rowsCaption(page.table, until)}
      class="rows"
    >
      <thead>
        <tr>
          {keyColumns && <Head>{words.whyHead}</Head>}
          {page.columns.map((column) => (
            <Head key={column}>{column}</Head>
          ))}
        </tr>
      </thead>
      <tbody>
        {page.rows.map((row, index) => {
          const key = keyColumns && keyOf(page.columns, row, keyColumns);
          return (
            <tr key={key ? JSON.stringify(key) : index}>
              {key && (
                <td class="why">
                  <a href={toExplanation({ projection: job.projection, table: page.table, key, until })} data-row>
                    {words.why}
                    <span class="unseen"> {keyText(key)}</span>
                  </a>
                </td>
              )}
              {row.map((value, at) => (
                <td key={page.columns[at]}>
                  <Value text={value} />
                </td>
              ))}
            </tr>
          );
        })}
      </tbody>
    </TableFrame>
  );
}

const keyOf = (columns: readonly string[], row: readonly (string | null)[], keyColumns: readonly string[]) =>
  Object.fromEntries(keyColumns.map((name) => [name, row[columns.indexOf(name)] ?? ""]));
