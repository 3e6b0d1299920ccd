/** The table of one generation. */
export const createTables = (schema: string): string => `
  CREATE TABLE ${schema}.heads (
    stream    text PRIMARY KEY,
    revision  bigint NOT NULL,
    hash      text NOT NULL,
    position  bigint NOT NULL
  ) WITH (fillfactor = 70);
`;

/** Names of the tables, for comparing generations. */
export const TABLES = ["heads"] as const;
