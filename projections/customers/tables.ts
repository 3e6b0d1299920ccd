/** The table of one generation. Contact lies as it was sealed, with the event that it opens at; NULL once erased. */
export const createTables = (schema: string): string => `
  CREATE TABLE ${schema}.customers (
    customer_id    uuid PRIMARY KEY,
    guest          boolean NOT NULL,
    held           boolean NOT NULL,
    erased         boolean NOT NULL,
    registered_at  timestamptz NOT NULL,
    contact_event  uuid,
    contact        json,
    revision       bigint NOT NULL,
    version        bigint NOT NULL
  ) WITH (fillfactor = 80);
`;

/** Names of the tables, for comparing generations. */
export const TABLES = ["customers"] as const;
