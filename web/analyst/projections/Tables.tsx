import type { ProjectionState } from "../../api/replay.ts";
import { analystWords } from "../../messages/analyst.ts";
import { formatBytes, formatCount } from "../../messages/figures.ts";
import { Head } from "../parts/Head.tsx";
import { TableFrame } from "../parts/TableFrame.tsx";

/** The tables of the live generation. */
export function Tables({ projection: { name, tables } }: { projection: ProjectionState }) {
  const words = analystWords.value.projections;
  return (
    <section class="block">
      <h2>{words.tablesTitle}</h2>
      <TableFrame caption={words.tablesCaption(name)} quiet>
        <thead>
          <tr>
            <Head>{words.table}</Head>
            <Head>{words.key}</Head>
            <Head n>
              <abbr title={words.rowCountHint}>{words.rowCount}</abbr>
            </Head>
            <Head n>{words.bytes}</Head>
          </tr>
        </thead>
        <tbody>
          {tables.map((table) => (
            <tr key={table.name}>
              <th scope="row">{table.name}</th>
              <td class="wrap">{table.key?.join(", ") ?? "–"}</td>
              <td class="n">≈ {formatCount(table.rows)}</td>
              <td class="n">{formatBytes(table.bytes)}</td>
            </tr>
          ))}
        </tbody>
      </TableFrame>
    </section>
  );
}
