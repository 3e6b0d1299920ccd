import type { Pool } from "pg";

/** Forgets the keys of customers who were erased. Returns how many still had one. */
export async function forgetKeys(pool: Pool, customerIds: readonly string[]): Promise<number> {
  const { rowCount } = await pool.query(
    "UPDATE keys.customer_keys SET wrapped = NULL WHERE customer_id = ANY($1::uuid[]) AND wrapped IS NOT NULL",
    [customerIds],
  );
  return rowCount ?? 0;
}

/** Those of the customers for whom there is no key, sorted: what was sealed for them cannot be read. */
export async function withoutKey(pool: Pool, customerIds: readonly string[]): Promise<readonly string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `SELECT id FROM unnest($1::uuid[]) AS asked (id)
     WHERE NOT EXISTS (SELECT FROM keys.customer_keys AS k WHERE k.customer_id = asked.id AND k.wrapped IS NOT NULL)
     ORDER BY id`,
    [customerIds],
  );
  return rows.map(({ id }) => id);
}
