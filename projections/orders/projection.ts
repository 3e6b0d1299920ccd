import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import { mayBeOfOrder, sourcesOfOrder, touchedOrders } from "../order-state/order-events.ts";
import type { Placing } from "../order-state/placing.ts";
import { inTurn } from "../relation.ts";
import type { Projection, ProjectionContext } from "../runner/projection.ts";
import type { TopicMessage } from "../runner/topic-message.ts";
import type { OrderView } from "../views.ts";
import { type Folded, foldBatch, type OrderRow } from "./fold.ts";
import { addingPlacings, addingSites, type FoundOrder, loadOrders, loadWithPlacings, savingOrders } from "./rows.ts";
import { createTables, INSERT_ONLY, TABLES } from "./tables.ts";
import { orderView } from "./view.ts";

/** Orders as lists, search and trackers show them; topics `order.<orderId>`. */
export const ordersProjection: Projection = {
  name: "orders",
  version: 4,
  tables: TABLES,
  insertOnly: INSERT_ONLY,
  create: createTables,
  gatherMs: 20,
  handles: mayBeOfOrder,
  handle,
  sources: async (row) => sourcesOfOrder(row),
};

export const orderTopic = (orderId: string): string => `order.${orderId}`;

/** Live: what is there, the rows, the placings where there are new orders, the outbox. */
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
  await write(context, folded);
  await outbox.publish(messagesOf(folded, before, epoch));
}

async function write({ tx, schema }: ProjectionContext, folded: Folded): Promise<void> {
  await inTurn(tx, [
    () => savingOrders(schema, [...folded.orders.values()]),
    () => addingPlacings(schema, folded),
    () => addingSites(schema, folded.laterSites),
  ]);
}

/** One message for each changed order: the whole view. */
function messagesOf(
  { orders, placings, lastAt }: Folded,
  before: ReadonlyMap<string, FoundOrder>,
  epoch: string,
): TopicMessage<OrderView>[] {
  return [...orders].flatMap(([orderId, row]) => {
    const known = before.get(orderId);
    const placing = known?.placing ?? placings.get(orderId);
    return placing ? [message(row, placing, known, epoch, lastAt.get(orderId))] : [];
  });
}

const message = (
  row: OrderRow,
  placing: Placing,
  known: OrderRow | undefined,
  epoch: string,
  lastAt: string | undefined,
): TopicMessage<OrderView> => ({
  topic: orderTopic(row.order.orderId),
  epoch,
  version: row.version.toString(),
  prev: known?.version.toString() ?? null,
  at: lastAt ?? row.order.placedAt,
  data: orderView({ ...row, placing }),
});
