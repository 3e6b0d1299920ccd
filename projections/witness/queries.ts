import type { Pool } from "pg";
import type { HeadWitness } from "../../domain/chain/chain.ts";

/** The head of a stream as it was witnessed; undefined for one that was not seen. */
export async function witnessedHead(db: Pool, schema: string, stream: string): Promise<HeadWitness | undefined> {
  const { rows } = await db.query<{ revision: string; hash: string }>(
    `SELECT revision, hash FROM ${schema}.heads WHERE stream = $1`,
    [stream],
  );
  const row = rows[0];
  return row && { revision: BigInt(row.revision), hash: row.hash };
}

/** Heads by stream, after a stream, at most `limit`. */
export async function witnessedHeads(
  db: Pool,
  schema: string,
  after: string,
  limit: number,
): Promise<{ readonly stream: string; readonly head: HeadWitness }[]> {
  const { rows } = await db.query<{ stream: string; revision: string; hash: string }>(
    `SELECT stream, revision, hash FROM ${schema}.heads WHERE stream > $1 ORDER BY stream LIMIT $2`,
    [after, limit],
  );
  return rows.map(({ stream, revision, hash }) => ({ stream, head: { revision: BigInt(revision), hash } }));
}
