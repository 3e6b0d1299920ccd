import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import { familyOf, touchedOrders } from "../order-state/order-events.ts";
import { inTurn } from "../relation.ts";
import type { Projection, ProjectionContext } from "../runner/projection.ts";
import { foldBatch } from "./fold.ts";
import { addingHours, addingRefusals, addingSteps, loadFacts, savingFacts } from "./rows.ts";
import { analyticsSources } from "./sources.ts";
import { createTables, TABLES } from "./tables.ts";

/** Families of event types of which something is counted. */
const FAMILIES: ReadonlySet<string> = new Set([
  "order",
  "stock",
  "payment",
  "restaurant",
  "kitchen",
  "driver",
  "shipment",
  "dispute",
]);

/** What became of orders, how long their steps took and what was refused, by site, city and hour of placing. */
export const analyticsProjection: Projection = {
  name: "analytics",
  version: 3,
  tables: TABLES,
  create: createTables,
  handles: (type) => FAMILIES.has(familyOf(type)),
  gatherMs: 250,
  handle,
  sources: analyticsSources,
};

async function handle(batch: readonly RecordedEvent[], { tx, schema }: ProjectionContext): Promise<void> {
  const known = await loadFacts(tx, schema, touchedOrders(batch));
  const { orders, hours, steps, refusals } = foldBatch(known, batch);
  await inTurn(tx, [
    () => savingFacts(schema, orders),
    () => addingSteps(schema, steps),
    () => addingHours(schema, hours),
    () => addingRefusals(schema, refusals),
  ]);
}
