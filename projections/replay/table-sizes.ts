import type { Pool } from "pg";

/** A table as large as Postgres believes it to be. */
export interface TableSize {
  readonly name: string;
  /** An estimate: what Postgres has counted of writes, or, where it forgot that in a crash, the last ANALYZE. */
  readonly rows: number;
  /** With indexes and long values. */
  readonly bytes: number;
  /** Columns of its primary key. */
  readonly key: readonly string[];
}

/** Sizes of the tables of schemas, by schema. */
export async function tableSizes(pool: Pool, schemas: readonly string[]): Promise<Map<string, TableSize[]>> {
  const { rows } = await pool.query<{ schema: string; name: string; rows: number; bytes: string; key: string[] }>(
    `SELECT n.nspname AS schema, c.relname AS name, coalesce(nullif(pg_stat_get_live_tuples(c.oid), 0), greatest(0, c.reltuples))::float8 AS rows,
       coalesce(pg_total_relation_size(c.oid), 0) AS bytes,
       ARRAY(SELECT a.attname::text FROM pg_index i, unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, place)
             JOIN pg_attribute a ON a.attnum = k.attnum
             WHERE i.indrelid = c.oid AND i.indisprimary AND a.attrelid = c.oid ORDER BY k.place) AS key
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = ANY($1) AND c.relkind IN ('r', 'p') ORDER BY n.nspname, c.relname`,
    [schemas],
  );
  const sizes = new Map<string, TableSize[]>();
  for (const { schema, ...table } of rows) {
    const size = { ...table, bytes: Number(table.bytes) };
    sizes.set(schema, [...(sizes.get(schema) ?? []), size]);
  }
  return sizes;
}
