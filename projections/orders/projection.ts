import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import { inTurn } from "../relation.ts";
import type { Projection, ProjectionContext } from "../runner/projection.ts";
import { type Folded, foldBatch, touchedOrders } from "./fold.ts";
import { loadEvents, messagesOf } from "./messages.ts";
import {
  addingToTimeline,
  loadKitchenHeads,
  loadOrders,
  receivedTimes,
  savingKitchenHeads,
  savingOrders,
  savingTickets,
} from "./rows.ts";
import { createTables, TABLES } from "./tables.ts";

/** Families of event types that only streams of orders hold, but for `processing`. */
const FAMILIES: ReadonlySet<string> = new Set([
  "order",
  "stock",
  "payment",
  "restaurant",
  "kitchen",
  "driver",
  "shipment",
  "notification",
  "fraud",
  "support",
  "dispute",
  "credit",
  "processing",
]);

/** Orders, their timelines, and the tickets of kitchens; topics `order.<orderId>` and `kitchen.<siteId>`. */
export const ordersProjection: Projection = {
  name: "orders",
  version: 1,
  tables: TABLES,
  create: createTables,
  gatherMs: 10,
  handles: (type) => FAMILIES.has(type.slice(0, type.indexOf("."))),
  handle,
};

async function handle(batch: readonly RecordedEvent[], context: ProjectionContext): Promise<void> {
  const { tx, schema, outbox } = context;
  const before = await loadOrders(tx, schema, touchedOrders(batch));
  const folded = foldBatch(before, batch);
  const [, , tickets = []] = await inTurn(tx, [
    () => addingToTimeline(schema, folded.timeline),
    () => savingOrders(schema, [...folded.orders.values()]),
    () => savingTickets(schema, folded.tickets),
  ]);
  if (outbox) await publish(folded, before, receivedTimes(tickets), context);
  await inTurn(tx, [() => savingKitchenHeads(schema, newHeads(folded))]);
}

async function publish(
  folded: Folded,
  before: Awaited<ReturnType<typeof loadOrders>>,
  received: ReadonlyMap<string, string>,
  { tx, schema, epoch, outbox }: ProjectionContext,
): Promise<void> {
  if (folded.orders.size === 0) return;
  const sites = [...newHeads(folded).keys()];
  const events = await loadEvents(tx, schema, [...folded.orders.keys()]);
  const heads = sites.length > 0 ? await loadKitchenHeads(tx, schema, sites) : new Map<string, bigint>();
  await outbox?.publish(messagesOf(folded, { epoch, before, heads, events, received }));
}

/** The newest change of each kitchen that has seen one. */
function newHeads({ tickets }: Folded): Map<string, bigint> {
  const heads = new Map<string, bigint>();
  for (const { siteId, status, version } of tickets) {
    if (status === undefined) continue;
    const head = heads.get(siteId);
    if (head === undefined || version > head) heads.set(siteId, version);
  }
  return heads;
}
