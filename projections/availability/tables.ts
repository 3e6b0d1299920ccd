/**
 * The tables of one generation. `reservations` holds the open ones only: what releases or consumes one names nothing
 * but its id. `ledgers.carried` is what the pages of an opening have named so far, while further pages are to come.
 */
export const createTables = (schema: string): string => `
  CREATE TABLE ${schema}.stock (
    site_id      text NOT NULL,
    sku          text NOT NULL,
    on_hand      bigint NOT NULL,
    reserved     bigint NOT NULL,
    unavailable  boolean NOT NULL,
    version      bigint NOT NULL,
    PRIMARY KEY (site_id, sku)
  ) WITH (fillfactor = 70);

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
export const TABLES = ["stock", "reservations", "ledgers"] as const;
