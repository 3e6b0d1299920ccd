import type { Migration } from "../postgres/migrations.ts";

/**
 * Schema `keys`: the customers' data keys, wrapped, and one row by which a process finds that it has the right master
 * key. A forgotten key leaves its row behind, without the key.
 */
export const keysMigration: Migration = {
  name: "2026-11-21-02-keys",
  async up(db) {
    await db.raw(`
      CREATE SCHEMA keys;
      CREATE TABLE keys.customer_keys (
        customer_id uuid PRIMARY KEY,
        kid text NOT NULL,
        wrapped bytea,
        created_at timestamptz NOT NULL
      );
      COMMENT ON COLUMN keys.customer_keys.wrapped IS
        'data key under the master key (AES-256-GCM, customer id as additional data); NULL once it was forgotten';
      CREATE TABLE keys.master_key (
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        proof bytea NOT NULL
      );
    `);
  },
};
