/**
 * The tables of one generation.
 *
 * What an order was placed with stands once and is never touched again (`placings`, `order_sites`); `orders` holds what
 * changes, and copies of what lists are filtered by. Columns that change at every event are in no index, and pages keep
 * room, so that most updates stay on their page: that is why `ended_as` stands beside `status`, which it equals from
 * the order's end on and which no index knows.
 */
export const createTables = (schema: string): string => `
  CREATE TABLE ${schema}.orders (
    order_id      uuid PRIMARY KEY,
    customer_id   uuid NOT NULL,
    placed_by     text NOT NULL,
    placed_at     timestamptz NOT NULL,
    due_at        timestamptz NOT NULL,
    channel       text NOT NULL,
    method        text NOT NULL,
    total         bigint NOT NULL,
    currency      text NOT NULL,
    status        text NOT NULL,
    ended_as      text,
    delivered_at  timestamptz,
    failure       text,
    rejection     text,
    version       bigint NOT NULL,
    revision      bigint NOT NULL,
    state         json NOT NULL,
    milestones    json NOT NULL,
    amendments    json
  ) WITH (fillfactor = 70);
  CREATE INDEX orders_of_customer ON ${schema}.orders (customer_id, placed_at DESC, order_id DESC);
  CREATE INDEX orders_of_principal ON ${schema}.orders (placed_by, placed_at DESC, order_id DESC);
  CREATE INDEX orders_newest ON ${schema}.orders (placed_at DESC, order_id DESC);
  CREATE INDEX orders_by_total ON ${schema}.orders (total, placed_at DESC, order_id DESC);
  CREATE INDEX orders_open ON ${schema}.orders (placed_at DESC, order_id DESC) WHERE ended_as IS NULL;
  CREATE INDEX orders_ended ON ${schema}.orders (ended_as, placed_at DESC, order_id DESC) WHERE ended_as IS NOT NULL;
  CREATE INDEX orders_by_phone ON ${schema}.orders (placed_at DESC, order_id DESC) WHERE channel = 'phone';
  CREATE INDEX orders_by_parcel ON ${schema}.orders (placed_at DESC, order_id DESC) WHERE method = 'parcel';
  CREATE INDEX orders_failed ON ${schema}.orders (failure, placed_at DESC, order_id DESC) WHERE failure IS NOT NULL;
  CREATE INDEX orders_rejected ON ${schema}.orders (rejection, placed_at DESC, order_id DESC)
    WHERE rejection IS NOT NULL;

  CREATE TABLE ${schema}.placings (
    order_id  uuid PRIMARY KEY,
    event_id  uuid NOT NULL,
    data      json NOT NULL
  );

  CREATE TABLE ${schema}.order_sites (
    order_id   uuid NOT NULL,
    site_id    text NOT NULL,
    city       text NOT NULL,
    placed_at  timestamptz NOT NULL,
    PRIMARY KEY (order_id, site_id)
  );
  CREATE INDEX order_sites_of_site ON ${schema}.order_sites (site_id, placed_at DESC, order_id DESC);
  CREATE INDEX order_sites_of_city ON ${schema}.order_sites (city, placed_at DESC, order_id DESC);
`;

/** Names of the tables, for comparing generations. */
export const TABLES = ["orders", "placings", "order_sites"] as const;

/** Those that are only inserted into. */
export const INSERT_ONLY = ["placings", "order_sites"] as const;
