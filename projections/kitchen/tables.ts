/**
 * The tables of one generation. `orders` is what tickets are folded from; `tickets` says which are on a display, and
 * changes only when a cook sees a change.
 */
export const createTables = (schema: string): string => `
  CREATE TABLE ${schema}.orders (
    order_id     uuid PRIMARY KEY,
    customer_id  uuid NOT NULL,
    placed_at    timestamptz NOT NULL,
    revision     bigint NOT NULL,
    state        json NOT NULL,
    times        json NOT NULL,
    amendments   json
  ) WITH (fillfactor = 70);

  CREATE TABLE ${schema}.placings (
    order_id  uuid PRIMARY KEY,
    event_id  uuid NOT NULL,
    parts     json NOT NULL
  );

  CREATE TABLE ${schema}.tickets (
    order_id       uuid NOT NULL,
    fulfilment_id  text NOT NULL,
    site_id        text NOT NULL,
    status         text NOT NULL,
    received_at    timestamptz NOT NULL,
    changed_at     timestamptz NOT NULL,
    shown_until    timestamptz,
    version        bigint NOT NULL,
    PRIMARY KEY (order_id, fulfilment_id)
  ) WITH (fillfactor = 70);
  CREATE INDEX tickets_shown ON ${schema}.tickets (site_id, shown_until) WHERE shown_until IS NOT NULL;

  CREATE TABLE ${schema}.heads (
    site_id   text PRIMARY KEY,
    version   bigint NOT NULL,
    order_id  uuid NOT NULL
  ) WITH (fillfactor = 50);
`;

/** Names of the tables, for comparing generations. */
export const TABLES = ["orders", "placings", "tickets", "heads"] as const;

/** Those that are only inserted into. */
export const INSERT_ONLY = ["placings"] as const;
