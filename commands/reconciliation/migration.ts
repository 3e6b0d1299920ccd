import type { Migration } from "../../infra/postgres/migrations.ts";

/** What reconciliation has looked at, what it has found, and when it looks again. Amounts are minor units. */
export const reconciliationMigration: Migration = {
  name: "2026-11-21-10-reconciliation",
  async up(db) {
    await db.raw(`
      CREATE SCHEMA IF NOT EXISTS reconciliation;
      CREATE TABLE reconciliation.reports (
        report_id    uuid PRIMARY KEY,
        started_at   timestamptz NOT NULL,
        finished_at  timestamptz,
        looked_from  timestamptz NOT NULL,
        looked_until timestamptz NOT NULL,
        state        text NOT NULL CHECK (state IN ('running', 'finished', 'failed')),
        error        text,
        counts       json NOT NULL
      );
      CREATE INDEX reports_newest ON reconciliation.reports (started_at DESC);
      CREATE TABLE reconciliation.differences (
        kind         text NOT NULL,
        reference    text NOT NULL,
        order_id     text,
        in_order     bigint,
        outside      bigint,
        currency     text,
        happened_at  timestamptz NOT NULL,
        first_seen   timestamptz NOT NULL,
        last_seen    timestamptz NOT NULL,
        mended_at    timestamptz,
        gone_at      timestamptz,
        settled_at   timestamptz,
        settled_by   text,
        PRIMARY KEY (kind, reference)
      );
      CREATE INDEX differences_newest ON reconciliation.differences (last_seen DESC, kind, reference);
      CREATE INDEX differences_open ON reconciliation.differences (last_seen DESC, kind, reference)
        WHERE mended_at IS NULL AND gone_at IS NULL AND settled_at IS NULL;
      CREATE TABLE reconciliation.books (
        name          text PRIMARY KEY,
        looked_until  timestamptz NOT NULL
      );
      CREATE TABLE reconciliation.calendar (
        name       text PRIMARY KEY,
        next_at    timestamptz NOT NULL
      );`);
  },
};
