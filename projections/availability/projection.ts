import type { Projection } from "../runner/projection.ts";
import { foldBatch } from "./fold.ts";
import { loadRows } from "./load-rows.ts";
import { saveRows } from "./save-rows.ts";
import { availabilitySources } from "./sources.ts";
import { createTables, TABLES } from "./tables.ts";
import { touchedBy } from "./touched.ts";

/** Stock by site and SKU, when nothing of it could be had, and which chapter of each site's ledger is the current one. */
export const availabilityProjection: Projection = {
  name: "availability",
  version: 2,
  tables: TABLES,
  create: createTables,
  handles: (type) => type.startsWith("ledger."),
  async handle(batch, { tx, schema }) {
    const known = await loadRows(tx, schema, touchedBy(batch));
    await saveRows(tx, schema, foldBatch(known, batch));
  },
  sources: availabilitySources,
};
