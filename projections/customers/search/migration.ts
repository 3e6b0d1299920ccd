import type { Migration } from "../../../infra/postgres/migrations.ts";

/**
 * Schema `customer_search`: the blind index. It is not a generation of a read model: what is in it depends on a key of
 * the installation and on which customers' keys are still there.
 */
export const customerSearchMigration: Migration = {
  name: "2026-11-21-40-customer-search",
  async up(db) {
    await db.raw(`
      CREATE SCHEMA customer_search;
      CREATE TABLE customer_search.words (
        word         bytea NOT NULL,
        customer_id  uuid NOT NULL,
        PRIMARY KEY (word, customer_id)
      );
      COMMENT ON COLUMN customer_search.words.word IS
        'keyed hash of something that the customer is found by; without the key it says nothing';
      CREATE INDEX words_of_customer ON customer_search.words (customer_id);
      CREATE TABLE customer_search.made_with (
        only_row  boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        mark      text NOT NULL
      );`);
  },
};
