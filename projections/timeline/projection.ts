import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import { orderIdOf } from "../../domain/order/events.ts";
import { mayBeOfOrder, sourcesOfOrder } from "../order-state/order-events.ts";
import { column, relation } from "../relation.ts";
import type { Projection, ProjectionContext } from "../runner/projection.ts";
import { createTables, TABLES } from "./tables.ts";

/** Every event of every order, as it was stored. Rows are inserted and never touched again. */
export const timelineProjection: Projection = {
  name: "timeline",
  version: 1,
  tables: TABLES,
  insertOnly: TABLES,
  create: createTables,
  // Nobody watches it live: a timeline that is asked for with a position waits for that.
  gatherMs: 100,
  handles: mayBeOfOrder,
  // It tells what there is; what cannot be read is told by its name.
  asItIs: true,
  handle,
  sources: async (row) => sourcesOfOrder(row),
};

async function handle(batch: readonly RecordedEvent[], { tx, schema }: ProjectionContext): Promise<void> {
  const rows = batch.flatMap((event) => {
    const orderId = orderIdOf(event.stream);
    return orderId === undefined ? [] : [{ orderId, event }];
  });
  if (rows.length === 0) return;
  const { from, parameters } = relation([
    column(rows, "order_id", "uuid", ({ orderId }) => orderId),
    column(rows, "revision", "bigint", ({ event }) => event.revision.toString()),
    column(rows, "event_id", "uuid", ({ event }) => event.id),
    column(rows, "type", "text", ({ event }) => event.type),
    column(rows, "at", "timestamptz", ({ event }) => event.metadata.at),
    column(rows, "actor_type", "text", ({ event }) => event.metadata.actor.type),
    column(rows, "actor_id", "text", ({ event }) => event.metadata.actor.id),
    column(rows, "on_behalf_of", "text", ({ event }) => event.metadata.actor.onBehalfOf ?? null),
    column(rows, "cmd", "text", ({ event }) => event.metadata.cmd),
    column(rows, "correlation", "text", ({ event }) => event.metadata.$correlationId),
    column(rows, "causation", "text", ({ event }) => event.metadata.$causationId),
    column(rows, "data", "json", ({ event }) => JSON.stringify(event.data)),
    column(rows, "hash", "text", ({ event }) => event.metadata.hash),
    column(rows, "position", "bigint", ({ event }) => event.position.commit.toString()),
  ]);
  await tx.query(
    `INSERT INTO ${schema}.events (order_id, revision, event_id, type, at, actor_type, actor_id, on_behalf_of, cmd,
       correlation, causation, data, hash, position)
     SELECT * FROM ${from} ON CONFLICT DO NOTHING`,
    parameters,
  );
}
