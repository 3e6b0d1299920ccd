import type { Migration } from "../postgres/migrations.ts";

/**
 * Who owns which consumer, where it stands, what it could not handle, and which generation of a read model is read.
 *
 * `payload` is `json`, not `jsonb`: it is the event as it was stored, byte for byte.
 */
const TABLES = `
  CREATE SCHEMA runner;

  CREATE TABLE runner.leases (
    name        text PRIMARY KEY,
    owner       text NOT NULL,
    epoch       bigint NOT NULL,
    expires_at  timestamptz NOT NULL
  ) WITH (fillfactor = 50);

  CREATE TABLE runner.positions (
    name        text PRIMARY KEY,
    commit      bigint,
    prepare     bigint,
    epoch       bigint NOT NULL,
    updated_at  timestamptz NOT NULL
  ) WITH (fillfactor = 50);

  CREATE TABLE runner.inflight (
    consumer    text PRIMARY KEY,
    commit      bigint,
    prepare     bigint,
    events      integer NOT NULL,
    kills       integer NOT NULL,
    life        uuid NOT NULL
  );

  CREATE TABLE runner.parked (
    consumer         text NOT NULL,
    stream           text NOT NULL,
    event_id         uuid NOT NULL,
    revision         bigint NOT NULL,
    commit           bigint NOT NULL,
    prepare          bigint NOT NULL,
    type             text NOT NULL,
    payload          json NOT NULL,
    failure_type     text NOT NULL,
    failure_class    text NOT NULL CHECK (failure_class IN ('data', 'crash')),
    message          text NOT NULL,
    stack            text NOT NULL,
    attempts         integer NOT NULL,
    first_failed_at  timestamptz NOT NULL,
    last_failed_at   timestamptz NOT NULL,
    state            text NOT NULL DEFAULT 'parked' CHECK (state IN ('parked', 'redriven', 'discarded')),
    PRIMARY KEY (consumer, event_id)
  );
  CREATE UNIQUE INDEX parked_stream ON runner.parked (consumer, stream) WHERE state = 'parked';

  CREATE TABLE runner.parked_events (
    consumer   text NOT NULL,
    stream     text NOT NULL,
    revision   bigint NOT NULL,
    event_id   uuid NOT NULL,
    commit     bigint NOT NULL,
    prepare    bigint NOT NULL,
    type       text NOT NULL,
    payload    json NOT NULL,
    PRIMARY KEY (consumer, stream, revision)
  );

  CREATE TABLE runner.generations (
    projection  text NOT NULL,
    generation  integer NOT NULL,
    version     integer NOT NULL,
    schema      text NOT NULL UNIQUE,
    state       text NOT NULL CHECK (state IN ('live', 'building', 'retired')),
    epoch       text NOT NULL UNIQUE,
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (projection, generation)
  );
  CREATE UNIQUE INDEX one_live_generation ON runner.generations (projection) WHERE state = 'live';
`;

export const runnerMigration: Migration = {
  name: "2026-11-21-01-runner",
  async up(db) {
    await db.raw(TABLES);
  },
};
