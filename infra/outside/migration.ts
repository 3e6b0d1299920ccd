import type { Migration } from "../postgres/migrations.ts";

/** The circuits towards the outside, for people, and for the next life of the process that left one open. */
export const circuitsMigration: Migration = {
  name: "2026-11-21-09-circuits",
  async up(db) {
    await db.raw(`
      CREATE TABLE runner.circuits (
        system        text NOT NULL,
        place         text NOT NULL,
        state         text NOT NULL CHECK (state IN ('open', 'closed')),
        since         timestamptz NOT NULL,
        failure_type  text,
        waiting       integer NOT NULL,
        instance      text NOT NULL,
        updated_at    timestamptz NOT NULL,
        PRIMARY KEY (system, place)
      )`);
  },
};
