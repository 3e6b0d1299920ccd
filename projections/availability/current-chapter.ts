import type { Pool } from "pg";
import type { LiveSchemas } from "../runner/generations.ts";

/**
 * The chapter of a site's ledger that the read model believes to be current: where the write side begins to look. It
 * may be behind, never ahead; undefined while nothing is known, also with the database away.
 */
export async function currentChapter(pool: Pool, schemas: LiveSchemas, siteId: string): Promise<number | undefined> {
  try {
    const { schema } = await schemas.of("availability");
    const { rows } = await pool.query<{ chapter: number }>(`SELECT chapter FROM ${schema}.ledgers WHERE site_id = $1`, [
      siteId,
    ]);
    return rows[0]?.chapter;
  } catch {
    return undefined;
  }
}
