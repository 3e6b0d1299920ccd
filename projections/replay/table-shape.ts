import type { Pool, PoolClient } from "pg";

/** A column, and its type as SQL writes it. */
export interface ColumnShape {
  readonly name: string;
  readonly type: string;
}

/** A table's columns in their order, and those of its primary key. */
export interface TableShape {
  readonly columns: readonly ColumnShape[];
  readonly key: readonly ColumnShape[];
}

/** What the catalogue says of a table. Throws when there is no such table, or it has no primary key. */
export async function shapeOf(db: Pool | PoolClient, schema: string, table: string): Promise<TableShape> {
  const { rows } = await db.query<ColumnShape & { place: number | null }>(
    `SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
       array_position(i.indkey::int2[], a.attnum) AS place
     FROM pg_class c
       JOIN pg_namespace n ON n.oid = c.relnamespace
       JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
       LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
     WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p') ORDER BY a.attnum`,
    [schema, table],
  );
  const key = rows
    .filter(({ place }) => place !== null)
    .toSorted((a, b) => (a.place ?? 0) - (b.place ?? 0))
    .map(({ name, type }) => ({ name, type }));
  if (key.length === 0) throw new Error(`${schema}.${table} has no primary key to tell its rows by`);
  return { columns: rows.map(({ name, type }) => ({ name, type })), key };
}
