import type { Migration } from "../../infra/postgres/migrations.ts";

/**
 * Generations that wait beside the live one, and the jobs that build and compare them.
 *
 * `lease_until` and `owner` say which process has a job in work, in real time; `run` grows with every taking, so that
 * a process that was stopped and wakes up can write nothing about the job any more.
 */
const CHANGES = `
  ALTER TABLE runner.generations DROP CONSTRAINT generations_state_check;
  ALTER TABLE runner.generations ADD CONSTRAINT generations_state_check
    CHECK (state IN ('building', 'ready', 'live', 'previous', 'retired'));

  CREATE SCHEMA replay;

  CREATE TABLE replay.jobs (
    job_id         uuid PRIMARY KEY,
    kind           text NOT NULL,
    projection     text NOT NULL,
    params         jsonb NOT NULL,
    state          text NOT NULL CHECK (state IN ('queued', 'building', 'comparing', 'ready', 'needs_decision',
                     'swapping', 'done', 'failed', 'cancelled')),
    requested_by   text NOT NULL,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    generation     integer,
    schema         text,
    progress       jsonb,
    diff           jsonb,
    diff_details   jsonb,
    message        text,
    taken_by       text NOT NULL CHECK (taken_by IN ('workers', 'command')),
    cancel_wanted  boolean NOT NULL DEFAULT false,
    run            integer NOT NULL DEFAULT 0,
    tries          integer NOT NULL DEFAULT 0,
    owner          text,
    lease_until    timestamptz
  );
  CREATE INDEX jobs_newest ON replay.jobs (projection, created_at DESC);
  CREATE INDEX jobs_unfinished ON replay.jobs (created_at)
    WHERE state IN ('queued', 'building', 'comparing', 'swapping') OR cancel_wanted;
`;

export const replayMigration: Migration = {
  name: "2026-11-21-06-replay",
  async up(db) {
    await db.raw(CHANGES);
  },
};
