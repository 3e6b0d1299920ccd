/**
 * The tables of one generation. Events come in the order of their position and nearly in that of their time, so block
 * ranges find a span of either at next to no cost of writing; an order's events are found by the primary key.
 */
export const createTables = (schema: string): string => `
  CREATE TABLE ${schema}.events (
    order_id       uuid NOT NULL,
    revision       bigint NOT NULL,
    event_id       uuid NOT NULL,
    type           text NOT NULL,
    at             timestamptz NOT NULL,
    actor_type     text NOT NULL,
    actor_id       text NOT NULL,
    on_behalf_of   text,
    cmd            text NOT NULL,
    correlation    text NOT NULL,
    causation      text NOT NULL,
    data           json NOT NULL,
    hash           text NOT NULL,
    position       bigint NOT NULL,
    PRIMARY KEY (order_id, revision)
  );
  CREATE INDEX events_by_time ON ${schema}.events USING brin (at) WITH (autosummarize = on);
  CREATE INDEX events_by_position ON ${schema}.events USING brin (position) WITH (autosummarize = on);
`;

/** Names of the tables, for comparing generations. */
export const TABLES = ["events"] as const;
