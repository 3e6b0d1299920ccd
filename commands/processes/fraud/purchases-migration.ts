import type { Migration } from "../../../infra/postgres/migrations.ts";

/** What the rules against fraud count. Derived from placed orders alone, so that it can be built again. No personal data. */
export const purchasesMigration: Migration = {
  name: "2026-11-21-20-fraud-purchases",
  async up(db) {
    await db.raw(`
      CREATE TABLE fraud.purchases (
        order_id     uuid PRIMARY KEY,
        customer_id  uuid NOT NULL,
        card         text,
        amount       bigint NOT NULL,
        placed_at    bigint NOT NULL
      );
      CREATE INDEX purchases_of_customer ON fraud.purchases (customer_id, placed_at);
      CREATE INDEX purchases_of_card ON fraud.purchases (card, placed_at) WHERE card IS NOT NULL;
      CREATE INDEX purchases_by_age ON fraud.purchases (placed_at);`);
  },
};
