/** The tables of one generation. A site's menu can name thousands of SKUs, so it lies beside its details. */
export const createTables = (schema: string): string => `
  CREATE TABLE ${schema}.sites (
    site_id   text PRIMARY KEY,
    city      text NOT NULL,
    status    text NOT NULL,
    details   json NOT NULL,
    menu      json NOT NULL,
    revision  bigint NOT NULL,
    version   bigint NOT NULL
  );
  CREATE INDEX sites_of_city ON ${schema}.sites (city, site_id);

  CREATE TABLE ${schema}.items (
    sku        text PRIMARY KEY,
    withdrawn  boolean NOT NULL,
    details    json NOT NULL,
    revision   bigint NOT NULL,
    version    bigint NOT NULL
  );
`;

/** Names of the tables, for comparing generations. */
export const TABLES = ["sites", "items"] as const;
