import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import { orderStream } from "../../domain/order/events.ts";
import { familyOf, sourcesOfOrder, touchedOrders } from "../order-state/order-events.ts";
import { inTurn } from "../relation.ts";
import type { Projection, ProjectionContext, RowSources } from "../runner/projection.ts";
import { type Folded, foldBatch } from "./fold.ts";
import { messagesOf } from "./messages.ts";
import {
  addingPlacings,
  headsBefore,
  loadOrders,
  loadWithPlacings,
  movingHeads,
  savingOrders,
  savingTickets,
} from "./rows.ts";
import { createTables, INSERT_ONLY, TABLES } from "./tables.ts";

/** Families and types of events that can change what a cook sees, and those that decide what such an event means. */
const FAMILIES: ReadonlySet<string> = new Set(["order", "restaurant", "kitchen", "driver"]);
const TYPES: ReadonlySet<string> = new Set(["payment.confirmed", "payment.failed", "processing.redriven"]);

/** The kitchens' tickets; topics `kitchen.<siteId>`. */
export const kitchenProjection: Projection = {
  name: "kitchen",
  version: 4,
  tables: TABLES,
  insertOnly: INSERT_ONLY,
  create: createTables,
  gatherMs: 20,
  handles: (type) => TYPES.has(type) || FAMILIES.has(familyOf(type)),
  handle,
  sources,
};

async function handle(batch: readonly RecordedEvent[], context: ProjectionContext): Promise<void> {
  const { tx, schema, epoch, outbox } = context;
  const touched = touchedOrders(batch);
  if (touched.length === 0) return;
  if (outbox === undefined) {
    await write(context, foldBatch(await loadOrders(tx, schema, touched), batch));
    return;
  }
  const before = await loadWithPlacings(tx, schema, touched);
  const folded = foldBatch(before, batch);
  const heads = await write(context, folded);
  if (folded.tickets.length > 0) await outbox.publish(messagesOf(folded, { epoch, before, heads }));
}

/** Answers with the versions of the touched kitchens' topics before. */
async function write({ tx, schema }: ProjectionContext, folded: Folded): Promise<Map<string, bigint>> {
  const [, , , heads = []] = await inTurn(tx, [
    () => savingOrders(schema, [...folded.orders.values()]),
    () => addingPlacings(schema, folded.placings),
    () => savingTickets(schema, folded.tickets),
    () => movingHeads(schema, folded.tickets),
  ]);
  return headsBefore(heads);
}

/** A kitchen's head was moved by one event of the order that it names; every other row is of one order. */
async function sources({ tx, schema, table, key }: RowSources): Promise<readonly string[]> {
  if (table !== "heads") return sourcesOfOrder({ key });
  const { rows } = await tx.query<{ order_id: string }>(`SELECT order_id FROM ${schema}.heads WHERE site_id = $1`, [
    key.site_id,
  ]);
  return rows.map(({ order_id }) => orderStream(order_id));
}
