import type { Projection } from "../runner/projection.ts";
import { foldBatch, touchedBy } from "./fold.ts";
import { loadRows, saveRows } from "./rows.ts";
import { createTables, TABLES } from "./tables.ts";

/** Stock by site and SKU, and which chapter of each site's ledger is the current one. */
export const availabilityProjection: Projection = {
  name: "availability",
  version: 1,
  tables: TABLES,
  create: createTables,
  handles: (type) => type.startsWith("ledger."),
  async handle(batch, { tx, schema }) {
    const known = await loadRows(tx, schema, touchedBy(batch));
    await saveRows(tx, schema, foldBatch(known, batch));
  },
};
