import type { Migration } from "../infra/postgres/migrations.ts";

/**
 * The outbox is a queue: rows live for milliseconds and thousands a second pass through. Vacuum by count and not by
 * share of the table, or the relay wades through dead rows at its head.
 */
const TABLES = `
  CREATE SCHEMA realtime;

  CREATE TABLE realtime.outbox (
    id       bigserial PRIMARY KEY,
    topic    text NOT NULL,
    message  text NOT NULL
  ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
          autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 50000,
          toast.autovacuum_vacuum_scale_factor = 0, toast.autovacuum_vacuum_threshold = 5000);
`;

export const realtimeMigration: Migration = {
  name: "2026-11-21-03-realtime",
  async up(db) {
    await db.raw(TABLES);
  },
};
