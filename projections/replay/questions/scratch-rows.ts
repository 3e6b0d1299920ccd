import type { Pool } from "pg";
import { inSnapshot } from "../checksum.ts";
import { findScratch } from "./scratch.ts";

/** A page of a table of a scratch schema, in the order of its key. */
export interface RowPage {
  readonly table: string;
  readonly columns: readonly string[];
  /** Values as PostgreSQL writes them as text, in the order of `columns`. */
  readonly rows: readonly (readonly (string | null)[])[];
  /** Key of the last row, for the next page; absent on the last one. */
  readonly next?: readonly string[];
}

/** The schema has no such table. */
export class TableUnknownError extends Error {
  readonly code = "table_unknown";
}

export interface RowQuestion {
  readonly schema: string;
  readonly table: string;
  /** `next` of the page before. */
  readonly after?: readonly string[] | undefined;
  readonly limit: number;
}

/** Reads a page of a scratch table. Rejects with ScratchUnknownError and TableUnknownError. */
export async function readScratchRows(pool: Pool, { schema, table, after, limit }: RowQuestion): Promise<RowPage> {
  await findScratch(pool, schema);
  return await inSnapshot(pool, async (tx) => {
    const { columns, key } = await describeTable(tx, schema, table);
    if (after !== undefined && after.length !== key.length) throw new TableUnknownError(`no cursor of ${table}`);
    const values = (names: readonly string[]) => names.map((name) => `"${name}"::text`).join(", ");
    const order = key.map((name) => `"${name}"`).join(", ");
    const from = after === undefined ? "" : `WHERE (${order}) > (${key.map((_, n) => `$${n + 1}`).join(", ")})`;
    const { rows } = await tx.query<(string | null)[]>({
      text: `SELECT ${values([...columns, ...key])} FROM ${schema}."${table}" ${from} ORDER BY ${order} LIMIT ${limit + 1}`,
      values: [...(after ?? [])],
      rowMode: "array",
    });
    const shown = rows.slice(0, limit).map((row) => row.slice(0, columns.length));
    const last = rows.length > limit ? rows[limit - 1]?.slice(columns.length) : undefined;
    return { table, columns, rows: shown, ...(last && { next: last.map((value) => value ?? "") }) };
  });
}

/** Columns of a table in their order, and those of its primary key. Rejects with TableUnknownError. */
export async function describeTable(
  db: { query: Pool["query"] },
  schema: string,
  table: string,
): Promise<{ readonly columns: readonly string[]; readonly key: readonly string[] }> {
  const { rows } = await db.query<{ name: string; place: number | null }>(
    `SELECT a.attname AS name, array_position(i.indkey::int2[], a.attnum) AS place
     FROM pg_class c
       JOIN pg_namespace n ON n.oid = c.relnamespace
       JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
       LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
     WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p') ORDER BY a.attnum`,
    [schema, table],
  );
  if (rows.length === 0) throw new TableUnknownError(`${schema} has no table ${table}`);
  const key = rows.filter(({ place }) => place !== null).toSorted((a, b) => (a.place ?? 0) - (b.place ?? 0));
  const columns = rows.map(({ name }) => name);
  return { columns, key: key.length > 0 ? key.map(({ name }) => name) : columns };
}
