import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { analystWords } from "../../messages/analyst.ts";
import { Icon } from "../../ui/Icon.tsx";
import { type Cell, csvOf, download } from "../parts/csv.ts";
import { Head } from "../parts/Head.tsx";
import { Reading } from "../parts/Reading.tsx";
import { TableFrame } from "../parts/TableFrame.tsx";

/** A column of a chart's table. */
export interface Column<Row> {
  /** Name in the file, the same in every language. */
  readonly id: string;
  readonly head: string;
  readonly numeric?: boolean;
  /** As the table shows it. */
  readonly shown: (row: Row) => ComponentChildren;
  /** As the file holds it. */
  readonly value: (row: Row) => Cell;
}

export interface FigureTable<Row> {
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  /** The file's name, without `.csv`. */
  readonly file: string;
}

interface FigureProps<Row> {
  readonly id: string;
  readonly title: string;
  /** The figure in one line. */
  readonly sum?: ComponentChildren;
  readonly hint?: string | undefined;
  /** Undefined until it was read. */
  readonly table: FigureTable<Row> | undefined;
  readonly trouble: unknown;
  readonly again: () => void;
  /** What to say when there are no rows. */
  readonly empty: string;
  readonly children: ComponentChildren;
}

/** A chart with its table and its file; it has the same height while it is read, empty and full. */
export function Figure<Row>(props: FigureProps<Row>) {
  const { id, title, sum, hint, table, trouble, again, empty, children } = props;
  const [asTable, setAsTable] = useState(false);
  const words = analystWords.value.charts;
  const some = table !== undefined && table.rows.length > 0;
  return (
    <section class="figure card" data-figure={id} aria-label={title}>
      <header>
        <div>
          <h2>{title}</h2>
          <p class="quiet small sum">{sum}</p>
        </div>
        <div class="acts">
          <button
            type="button"
            class="button slim"
            aria-label={asTable ? words.showChart(title) : words.showTable(title)}
            disabled={!some}
            onClick={() => setAsTable(!asTable)}
          >
            <Icon name={asTable ? "wave" : "list"} />
            {asTable ? words.chart : words.table}
          </button>
          <button
            type="button"
            class="button slim"
            aria-label={words.csvOf(title)}
            disabled={!some}
            onClick={() => table && download(`${table.file}.csv`, fileOf(table))}
          >
            <Icon name="receipt" />
            CSV
          </button>
        </div>
      </header>
      <div class="figure-body">
        {!table ? (
          <Reading trouble={trouble} again={again} lines={4} />
        ) : !some ? (
          <div class="figure-empty">
            <p>{empty}</p>
            <p class="quiet small">{words.emptyHint}</p>
          </div>
        ) : asTable ? (
          <DataTable table={table} />
        ) : (
          children
        )}
      </div>
      {hint !== undefined && <p class="quiet small hint">{hint}</p>}
    </section>
  );
}

const fileOf = <Row,>({ columns, rows }: FigureTable<Row>): string =>
  csvOf(
    columns.map(({ id }) => id),
    rows.map((row) => columns.map(({ value }) => value(row))),
  );

function DataTable<Row>({ table: { caption, columns, rows } }: { table: FigureTable<Row> }) {
  return (
    <TableFrame caption={caption} class="data">
      <thead>
        <tr>
          {columns.map(({ id, head, numeric }) => (
            <Head key={id} n={numeric ?? false}>
              {head}
            </Head>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, index) => (
          // Rows have no names of their own; the table is drawn anew with each answer.
          <tr key={index}>
            {columns.map(({ id, numeric, shown }, at) =>
              at === 0 ? (
                <th key={id} scope="row" class={numeric ? "n" : ""}>
                  {shown(row)}
                </th>
              ) : (
                <td key={id} class={numeric ? "n" : ""}>
                  {shown(row)}
                </td>
              ),
            )}
          </tr>
        ))}
      </tbody>
    </TableFrame>
  );
}
