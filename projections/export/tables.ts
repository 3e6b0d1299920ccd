import type { Pool, PoolClient } from "pg";
import { readPosition } from "../../infra/consumers/fence.ts";
import { inSnapshot } from "../replay/checksum.ts";
import { shapeOf } from "../replay/table-shape.ts";
import type { Generation } from "../runner/generations.ts";
import type { Cell, ColumnType, ExportColumn, RowSource } from "./rows.ts";

const PAGE = 2_000;
/** For a query that fetches the next page, however long the export takes. */
const FETCH_TIMEOUT_MS = 60_000;

/** Types whose values have a counterpart; everything else is exported as the text that PostgreSQL writes. */
const TYPES: Readonly<Record<string, ColumnType>> = {
  smallint: "int",
  integer: "int",
  bigint: "bigint",
  real: "double",
  "double precision": "double",
  boolean: "boolean",
  "timestamp with time zone": "time",
  json: "json",
  jsonb: "json",
};

/**
 * Opens tables of a read model, all as of one snapshot of the database and so as of one position; `use` is to read
 * them one after the other. What is being written meanwhile waits for nobody.
 */
export async function withTables<T>(
  pool: Pool,
  live: Generation,
  tables: readonly string[],
  use: (sources: readonly RowSource[]) => Promise<T>,
): Promise<T> {
  return await inSnapshot(pool, async (tx) => {
    const { place } = await readPosition(tx, live.schema);
    const position = (place?.commit ?? 0n).toString();
    const sources: RowSource[] = [];
    for (const table of tables) sources.push(await tableRows(tx, live, table, position));
    return await use(sources);
  });
}

async function tableRows(tx: PoolClient, live: Generation, table: string, position: string): Promise<RowSource> {
  const { schema, projection } = live;
  const shape = await shapeOf(tx, schema, table);
  const columns = shape.columns.map(({ name, type }) => ({ name, type: TYPES[type] ?? "text" }));
  const estimate = await tx.query<{ rows: string }>(
    "SELECT reltuples::bigint AS rows FROM pg_class WHERE oid = to_regclass(format('%I.%I', $1::text, $2::text))",
    [schema, table],
  );
  const expected = Number(estimate.rows[0]?.rows ?? -1);
  const key = shape.key.map(({ name }) => `"${name}"`).join(", ");
  return {
    name: `${projection}.${table}`,
    columns,
    position,
    expected: expected >= 0 ? expected : undefined,
    pages: pagesOf(tx, `SELECT * FROM ${schema}."${table}" ORDER BY ${key}`, columns),
  };
}

async function* pagesOf(tx: PoolClient, query: string, columns: readonly ExportColumn[]): AsyncGenerator<Cell[][]> {
  await tx.query(`DECLARE exported NO SCROLL CURSOR FOR ${query}`);
  for (;;) {
    const fetching = {
      text: `FETCH ${PAGE} FROM exported`,
      rowMode: "array" as const,
      types: { getTypeParser: () => (text: string) => text },
      query_timeout: FETCH_TIMEOUT_MS, // pg takes it for one query, its types do not know
    };
    const { rows } = await tx.query<(string | null)[]>(fetching);
    if (rows.length > 0) yield rows.map((row) => row.map((text, n) => cellOf(text, columns[n]?.type ?? "text")));
    if (rows.length < PAGE) break;
  }
  await tx.query("CLOSE exported");
}

function cellOf(text: string | null, type: ColumnType): Cell {
  if (text === null || type === "text" || type === "json") return text;
  if (type === "bigint") return BigInt(text);
  if (type === "boolean") return text === "t";
  return type === "time" ? timeOf(text) : Number(text);
}

/** What stands for times without an end, and without a beginning: other tools know no such times. */
const UNBOUNDED: Readonly<Record<string, string>> = {
  infinity: "9999-12-31T23:59:59.999Z",
  "-infinity": "0001-01-01T00:00:00.000Z",
};

/** Snapshots are taken in UTC: `2026-11-21 09:00:00.123+00`. */
const timeOf = (text: string): Date => new Date(UNBOUNDED[text] ?? text.replace(" ", "T").replace(/\+00$/, "Z"));
