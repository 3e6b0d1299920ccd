import type { Migration } from "./migrations.ts";

/**
 * Which role of the database plays which part: what processes act as when they connect. Empty where the login may not
 * make roles; then everything is done as the login itself.
 */
export const rolesMigration: Migration = {
  name: "2026-11-21-05-roles",
  async up(db) {
    await db.raw(`
      CREATE TABLE ordertrail.roles (
        part  text PRIMARY KEY,
        role  text NOT NULL
      )`);
  },
};
