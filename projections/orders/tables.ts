/**
 * The tables of one generation.
 *
 * What an order was placed with stands once, as the data of its first timeline row; `orders.state` holds only what
 * changes. Columns that change at every event are in no index, and pages keep room, so that most updates stay on their
 * page: that is why `ended_as` stands beside `status`, which it equals from the order's end on and which no index knows.
 */
export const createTables = (schema: string): string => `
  CREATE TABLE ${schema}.orders (
    order_id     uuid PRIMARY KEY,
    customer_id  uuid NOT NULL,
    placed_by    text NOT NULL,
    placed_at    timestamptz NOT NULL,
    status       text NOT NULL,
    ended_as     text,
    version      bigint NOT NULL,
    revision     bigint NOT NULL,
    state        json NOT NULL
  ) WITH (fillfactor = 70);
  CREATE INDEX orders_of_customer ON ${schema}.orders (customer_id, placed_at DESC, order_id DESC);
  CREATE INDEX orders_of_principal ON ${schema}.orders (placed_by, placed_at DESC, order_id DESC);
  CREATE INDEX orders_newest ON ${schema}.orders (placed_at DESC, order_id DESC);
  CREATE INDEX orders_open ON ${schema}.orders (placed_at DESC, order_id DESC) WHERE ended_as IS NULL;
  CREATE INDEX orders_ended ON ${schema}.orders (ended_as, placed_at DESC, order_id DESC) WHERE ended_as IS NOT NULL;

  CREATE TABLE ${schema}.timeline (
    order_id     uuid NOT NULL,
    revision     bigint NOT NULL,
    event_id     uuid NOT NULL,
    type         text NOT NULL,
    at           timestamptz NOT NULL,
    actor        json NOT NULL,
    cmd          text NOT NULL,
    correlation  text NOT NULL,
    causation    text NOT NULL,
    data         json NOT NULL,
    hash         text NOT NULL,
    position     bigint NOT NULL,
    PRIMARY KEY (order_id, revision)
  );

  CREATE TABLE ${schema}.tickets (
    order_id       uuid NOT NULL,
    fulfilment_id  text NOT NULL,
    site_id        text NOT NULL,
    placed_at      timestamptz NOT NULL,
    status         text,
    received_at    timestamptz,
    changed_at     timestamptz NOT NULL,
    shown_until    timestamptz,
    version        bigint NOT NULL,
    PRIMARY KEY (order_id, fulfilment_id)
  ) WITH (fillfactor = 70);
  CREATE INDEX tickets_shown ON ${schema}.tickets (site_id, shown_until) WHERE shown_until IS NOT NULL;
  CREATE INDEX tickets_of_site ON ${schema}.tickets (site_id, placed_at DESC, order_id DESC);

  CREATE TABLE ${schema}.kitchen_heads (
    site_id  text PRIMARY KEY,
    version  bigint NOT NULL
  ) WITH (fillfactor = 50);
`;

/** Names of the tables, for comparing generations. */
export const TABLES = ["orders", "timeline", "tickets", "kitchen_heads"] as const;
