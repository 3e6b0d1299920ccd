/**
 * The tables of one generation. `place` is a site's id, or `city:<name>`; ids of sites hold no colon. It sorts byte by
 * byte in every database, so that all cities are one range of an index. The tables of hours hold sums that are only
 * ever added to; what they count is a function of the orders' rows in `facts`.
 */
export const createTables = (schema: string): string => `
  CREATE TABLE ${schema}.facts (
    order_id      uuid PRIMARY KEY,
    placed_at     timestamptz NOT NULL,
    city          text NOT NULL,
    site_id       text NOT NULL,
    sites         text[] NOT NULL,
    kind          text NOT NULL,
    channel       text NOT NULL,
    method        text NOT NULL,
    status        text NOT NULL,
    promised_at   timestamptz,
    reserved_at   timestamptz,
    paid_at       timestamptz,
    notified_at   timestamptz,
    accepted_at   timestamptz,
    ready_at      timestamptz,
    assigned_at   timestamptz,
    picked_up_at  timestamptz,
    delivered_at  timestamptz,
    scheduled_at  timestamptz,
    shipped_at    timestamptz,
    ended_at      timestamptz,
    late          boolean NOT NULL,
    currency      text NOT NULL,
    total         bigint NOT NULL,
    captured      bigint NOT NULL,
    refunded      bigint NOT NULL,
    refunds       integer NOT NULL,
    disputes      integer NOT NULL,
    revision      bigint NOT NULL,
    version       bigint NOT NULL,
    state         json NOT NULL
  ) WITH (fillfactor = 70);
  CREATE INDEX facts_by_time ON ${schema}.facts (placed_at);

  CREATE TABLE ${schema}.place_hours (
    place           text COLLATE "C" NOT NULL,
    hour            timestamptz NOT NULL,
    currency        text NOT NULL,
    orders          bigint NOT NULL,
    paid            bigint NOT NULL,
    accepted        bigint NOT NULL,
    rejected        bigint NOT NULL,
    cancelled       bigint NOT NULL,
    out_of_stock    bigint NOT NULL,
    payment_failed  bigint NOT NULL,
    delivered       bigint NOT NULL,
    shipped         bigint NOT NULL,
    late            bigint NOT NULL,
    revenue         bigint NOT NULL,
    refunds         bigint NOT NULL,
    refunded        bigint NOT NULL,
    disputes        bigint NOT NULL,
    PRIMARY KEY (place, hour, currency)
  ) WITH (fillfactor = 70);

  CREATE TABLE ${schema}.step_times (
    place   text COLLATE "C" NOT NULL,
    hour    timestamptz NOT NULL,
    step    text NOT NULL,
    bucket  integer NOT NULL,
    count   bigint NOT NULL,
    PRIMARY KEY (place, hour, step, bucket)
  ) WITH (fillfactor = 70);

  CREATE TABLE ${schema}.refusals (
    place   text COLLATE "C" NOT NULL,
    hour    timestamptz NOT NULL,
    step    text NOT NULL,
    reason  text NOT NULL,
    count   bigint NOT NULL,
    PRIMARY KEY (place, hour, step, reason)
  ) WITH (fillfactor = 70);
`;

/** Names of the tables, for comparing generations. */
export const TABLES = ["facts", "place_hours", "step_times", "refusals"] as const;
