/**
 * The tables of one generation. `stock.out_since` is the `version` of the outage that a SKU is in, if it is. An outage
 * that is still open has no `ended_at`; the index on it finds those that are open and those that ended after a time.
 *
 * `reservations` holds the open ones only: what releases or consumes one names nothing
 * but its id. `ledgers.carried` is what the pages of an opening have named so far, while further pages are to come.
 */
export const createTables = (schema: string): string => `
  CREATE TABLE ${schema}.stock (
    site_id      text NOT NULL,
    sku          text NOT NULL,
    on_hand      bigint NOT NULL,
    reserved     bigint NOT NULL,
    unavailable  boolean NOT NULL,
    stocked      boolean NOT NULL,
    out_since    bigint,
    version      bigint NOT NULL,
    PRIMARY KEY (site_id, sku)
  ) WITH (fillfactor = 70);

  CREATE TABLE ${schema}.outages (
    site_id   text NOT NULL,
    sku       text NOT NULL,
    version   bigint NOT NULL,
    began_at  timestamptz NOT NULL,
    ended_at  timestamptz,
    cause     text NOT NULL,
    PRIMARY KEY (site_id, sku, version)
  );
  CREATE INDEX outages_by_end ON ${schema}.outages (ended_at);

  CREATE TABLE ${schema}.reservations (
    site_id         text NOT NULL,
    reservation_id  text NOT NULL,
    lines           json NOT NULL,
    PRIMARY KEY (site_id, reservation_id)
  );

  CREATE TABLE ${schema}.ledgers (
    site_id   text PRIMARY KEY,
    chapter   integer NOT NULL,
    revision  bigint NOT NULL,
    version   bigint NOT NULL,
    carried   json NOT NULL
  ) WITH (fillfactor = 50);
`;

/** Names of the tables, for comparing generations. */
export const TABLES = ["stock", "outages", "reservations", "ledgers"] as const;
