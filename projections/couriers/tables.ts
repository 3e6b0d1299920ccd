/** The table of one generation. `free_since`: position of the event that last made the courier free. */
export const createTables = (schema: string): string => `
  CREATE TABLE ${schema}.couriers (
    courier_id  uuid PRIMARY KEY,
    on_shift    boolean NOT NULL,
    city        text,
    order_id    uuid,
    attempt     integer,
    free_since  bigint NOT NULL,
    revision    bigint NOT NULL,
    version     bigint NOT NULL
  ) WITH (fillfactor = 70);
  CREATE INDEX couriers_free ON ${schema}.couriers (city, free_since, courier_id) WHERE on_shift AND order_id IS NULL;
  CREATE INDEX couriers_claimed ON ${schema}.couriers (version) WHERE order_id IS NOT NULL;
`;

/** Names of the tables, for comparing generations. */
export const TABLES = ["couriers"] as const;
