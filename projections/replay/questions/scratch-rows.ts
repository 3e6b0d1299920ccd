import type { Pool, PoolClient } from "pg";
import { inSnapshot } from "../checksum.ts";
import { shapeOf, type TableShape } from "../table-shape.ts";
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
    const shape = await knownTable(tx, schema, table);
    const columns = shape.columns.map(({ name }) => name);
    const key = shape.key.map(({ name }) => name);
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

/** Columns of a table and its key. Rejects with TableUnknownError. */
export async function knownTable(db: Pool | PoolClient, schema: string, table: string): Promise<TableShape> {
  const { rows } = await db.query<{ there: boolean }>(
    "SELECT to_regclass(format('%I.%I', $1::text, $2::text)) IS NOT NULL AS there",
    [schema, table],
  );
  if (rows[0]?.there !== true) throw new TableUnknownError(`${schema} has no table ${table}`);
  return await shapeOf(db, schema, table);
}
