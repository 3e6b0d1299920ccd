import type { Pool, PoolClient, QueryConfig } from "pg";
import { inTransaction } from "../../infra/postgres/pool.ts";
import type { Projection } from "../runner/projection.ts";

/** What a table holds, whatever the order of its rows. */
export interface TableChecksum {
  readonly table: string;
  readonly rows: number;
  readonly checksum: string;
}

/** Reading every row of a large table takes longer than any query that serves somebody. */
export const LONGEST_READ_MS = 10 * 60_000;

/**
 * Parked streams belong to what is compared; when and why they failed, and what was decided about before, does not. Names of generations differ, so the
 * consumer is left out.
 */
const PARKED = {
  parked: `SELECT stream, event_id, revision, type, payload::text FROM runner.dead_letters
    WHERE consumer = $1 AND kind = 'event' AND state = 'parked'`,
  parked_events: "SELECT stream, event_id, revision, type, payload::text FROM runner.parked_events WHERE consumer = $1",
} as const;

/** The checksums of all tables of a generation, and of its parked streams, as of one moment. */
export async function checksum(pool: Pool, projection: Projection, schema: string): Promise<TableChecksum[]> {
  return await inSnapshot(pool, (tx) => checksumWithin(tx, projection, schema));
}

/** Runs reads that all see the database as of one moment. */
export async function inSnapshot<T>(pool: Pool, read: (tx: PoolClient) => Promise<T>): Promise<T> {
  return await inTransaction(pool, async (tx) => {
    await tx.query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
    await tx.query(`SET LOCAL statement_timeout = ${LONGEST_READ_MS}`);
    // The text of a time depends on it.
    await tx.query("SET LOCAL TimeZone = 'UTC'");
    return await read(tx);
  });
}

/** As `checksum`, within a transaction of `inSnapshot`. */
export async function checksumWithin(tx: PoolClient, projection: Projection, schema: string): Promise<TableChecksum[]> {
  const sums: TableChecksum[] = [];
  for (const table of projection.tables.toSorted()) {
    sums.push(await sum(tx, table, `SELECT * FROM ${schema}.${table}`, []));
  }
  for (const [table, rows] of Object.entries(PARKED)) sums.push(await sum(tx, table, rows, [schema]));
  return sums;
}

async function sum(tx: PoolClient, table: string, rows: string, parameters: string[]): Promise<TableChecksum> {
  // The sum of the rows' hashes is the same in every order, and as numeric it cannot overflow.
  const query: QueryConfig & { query_timeout: number } = {
    text: `SELECT count(*) AS rows, coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text AS checksum
           FROM (${rows}) AS t`,
    values: parameters,
    query_timeout: LONGEST_READ_MS, // pg takes it for one query, its types do not know
  };
  const found = await tx.query<{ rows: string; checksum: string }>(query);
  return { table, rows: Number(found.rows[0]?.rows), checksum: found.rows[0]?.checksum ?? "" };
}
