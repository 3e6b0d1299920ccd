import type { Migration } from "../postgres/migrations.ts";

/**
 * Dead letters: events that a consumer could not handle and effects that failed for good, in one table that grew out of
 * `runner.parked`; redrives and discards as jobs of items; and what is still to be told to the order's stream.
 *
 * `payload` is `json`, not `jsonb`: an event's is as it was stored, byte for byte. Reasons that people type lie sealed.
 */
const TABLES = `
  ALTER TABLE runner.parked RENAME TO dead_letters;
  ALTER TABLE runner.dead_letters DROP CONSTRAINT parked_pkey;
  ALTER TABLE runner.dead_letters DROP CONSTRAINT parked_failure_class_check;
  ALTER TABLE runner.dead_letters DROP CONSTRAINT parked_state_check;
  DROP INDEX runner.parked_stream;

  ALTER TABLE runner.dead_letters
    ALTER COLUMN event_id DROP NOT NULL,
    ALTER COLUMN revision DROP NOT NULL,
    ALTER COLUMN commit DROP NOT NULL,
    ALTER COLUMN prepare DROP NOT NULL,
    ADD COLUMN id               uuid NOT NULL DEFAULT gen_random_uuid(),
    ADD COLUMN kind             text NOT NULL DEFAULT 'event' CHECK (kind IN ('event', 'effect')),
    ADD COLUMN effect_id        text,
    ADD COLUMN subject          text NOT NULL GENERATED ALWAYS AS (coalesce(effect_id, event_id::text)) STORED,
    ADD COLUMN reader           text NOT NULL GENERATED ALWAYS AS (regexp_replace(consumer, '_g[0-9]+$', '')) STORED,
    ADD COLUMN order_id         text GENERATED ALWAYS AS
      (CASE WHEN starts_with(stream, 'order-') THEN substr(stream, 7) END) STORED,
    ADD COLUMN error            text NOT NULL DEFAULT '',
    ADD COLUMN version          text NOT NULL DEFAULT '',
    ADD COLUMN round            integer NOT NULL DEFAULT 1,
    ADD COLUMN noted_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    ADD COLUMN resolved_at      timestamptz,
    ADD COLUMN resolved_by      text,
    ADD COLUMN resolved_rule    text,
    ADD COLUMN resolved_reason  json,
    ADD COLUMN resolved_event   uuid;

  UPDATE runner.dead_letters
    SET error = failure_type, failure_type = 'invalid_message', failure_class = 'poison';

  ALTER TABLE runner.dead_letters
    ADD CONSTRAINT dead_letters_pkey PRIMARY KEY (id),
    ADD CONSTRAINT dead_letters_subject UNIQUE (consumer, stream, subject),
    ADD CONSTRAINT dead_letters_class CHECK (failure_class IN ('transient', 'permanent', 'poison')),
    ADD CONSTRAINT dead_letters_state CHECK (state IN ('parked', 'redriven', 'discarded')),
    ADD CONSTRAINT dead_letters_event CHECK (kind = 'effect' OR (event_id IS NOT NULL AND revision IS NOT NULL
      AND commit IS NOT NULL AND prepare IS NOT NULL)),
    ADD CONSTRAINT dead_letters_effect CHECK (kind = 'event' OR effect_id IS NOT NULL);
  CREATE UNIQUE INDEX dead_letters_parked_stream ON runner.dead_letters (consumer, stream)
    WHERE state = 'parked' AND kind = 'event';
  CREATE INDEX dead_letters_newest ON runner.dead_letters (last_failed_at DESC, id DESC);
  CREATE INDEX dead_letters_parked ON runner.dead_letters (reader, last_failed_at) WHERE state = 'parked';
  CREATE INDEX dead_letters_stream ON runner.dead_letters (stream);

  CREATE TABLE runner.redrive_jobs (
    id          uuid PRIMARY KEY,
    action      text NOT NULL CHECK (action IN ('preview', 'redrive', 'discard')),
    by_type     text NOT NULL,
    by_id       text NOT NULL,
    rule        text,
    reason      json,
    filter      json NOT NULL,
    per_second  double precision NOT NULL,
    total       integer NOT NULL,
    state       text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'aborted', 'done')),
    created_at  timestamptz NOT NULL,
    ended_at    timestamptz,
    let_go_at   timestamptz
  );
  CREATE INDEX redrive_jobs_running ON runner.redrive_jobs (created_at) WHERE state = 'running';
  CREATE INDEX redrive_jobs_newest ON runner.redrive_jobs (created_at DESC);

  CREATE TABLE runner.redrive_items (
    job_id     uuid NOT NULL REFERENCES runner.redrive_jobs ON DELETE CASCADE,
    letter_id  uuid NOT NULL REFERENCES runner.dead_letters ON DELETE CASCADE,
    state      text NOT NULL DEFAULT 'waiting'
      CHECK (state IN ('waiting', 'released', 'done', 'failed', 'gone', 'aborted')),
    result     json,
    PRIMARY KEY (job_id, letter_id)
  );
  CREATE INDEX redrive_items_released ON runner.redrive_items (letter_id) WHERE state = 'released';

  CREATE TABLE runner.tellings (
    letter_id  uuid NOT NULL REFERENCES runner.dead_letters ON DELETE CASCADE,
    fact       text NOT NULL CHECK (fact IN ('parked', 'redriven', 'discarded')),
    round      integer NOT NULL,
    at         timestamptz NOT NULL,
    by_type    text NOT NULL DEFAULT 'system',
    by_id      text NOT NULL DEFAULT 'dead-letters',
    rule       text,
    reason     json,
    tries      integer NOT NULL DEFAULT 0,
    next_at    timestamptz NOT NULL DEFAULT '-infinity',
    PRIMARY KEY (letter_id, fact, round)
  );
  CREATE INDEX tellings_next ON runner.tellings (next_at);
`;

export const deadLettersMigration: Migration = {
  name: "2026-11-21-07-dead-letters",
  async up(db) {
    await db.raw(TABLES);
  },
};
