import type { Pool } from "pg";

/** A customer's row; `wrapped` is null once the key was forgotten. */
export interface KeyRow {
  readonly customer_id: string;
  readonly kid: string;
  readonly wrapped: Buffer | null;
}

export type NewKeyRow = KeyRow & { readonly wrapped: Buffer };

/** Rows of these customers, in any order; those without a row are left out. */
export async function selectKeys(pool: Pool, customerIds: readonly string[]): Promise<readonly KeyRow[]> {
  const { rows } = await pool.query<KeyRow>(
    "SELECT customer_id, kid, wrapped FROM keys.customer_keys WHERE customer_id = ANY($1::uuid[])",
    [customerIds],
  );
  return rows;
}

/** Stores those rows whose customers have none yet, and returns the ids of the stored ones. */
export async function insertKeys(pool: Pool, rows: readonly NewKeyRow[], at: Date): Promise<ReadonlySet<string>> {
  const stored = await pool.query<Pick<KeyRow, "customer_id">>(
    `INSERT INTO keys.customer_keys (customer_id, kid, wrapped, created_at)
     SELECT customer_id, kid, wrapped, $4 FROM unnest($1::uuid[], $2::text[], $3::bytea[]) AS t (customer_id, kid, wrapped)
     ON CONFLICT (customer_id) DO NOTHING
     RETURNING customer_id`,
    [rows.map((row) => row.customer_id), rows.map((row) => row.kid), rows.map((row) => row.wrapped), at],
  );
  return new Set(stored.rows.map((row) => row.customer_id));
}

/** Removes the key and leaves the row, so that no process gives the customer a new key afterwards. */
export async function eraseKey(pool: Pool, customerId: string, kid: string, at: Date): Promise<void> {
  await pool.query(
    `INSERT INTO keys.customer_keys (customer_id, kid, wrapped, created_at) VALUES ($1, $2, NULL, $3)
     ON CONFLICT (customer_id) DO UPDATE SET wrapped = NULL`,
    [customerId, kid, at],
  );
}
