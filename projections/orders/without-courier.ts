import type { Pool } from "pg";

/** Open orders of which support was told that nobody is found to carry them. */
export async function countWithoutCourier(pool: Pool, schema: string): Promise<number> {
  const { rows } = await pool.query<{ orders: number }>(
    `SELECT count(*)::int AS orders FROM ${schema}.orders
     WHERE failure = 'driver_unavailable' AND ended_as IS NULL`,
  );
  return rows[0]?.orders ?? 0;
}
