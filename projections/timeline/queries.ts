import type { Pool } from "pg";
import type { Actor, Metadata, RecordedEvent } from "../../domain/chain/envelope.ts";
import { orderStream } from "../../domain/order/events.ts";

/** An event of an order with what its envelope says. */
export interface StoredEvent {
  readonly revision: bigint;
  readonly id: string;
  readonly type: string;
  readonly at: string;
  readonly actor: Actor;
  /** As stored: personal data stays sealed. */
  readonly data: unknown;
  readonly cmd: string;
  readonly correlationId: string;
  readonly causationId: string;
  readonly hash: string;
  readonly position: bigint;
}

/** What the read model has of an order. `parked`: its stream was set aside, so the newest may be missing. */
export interface OrderEvents {
  readonly events: readonly StoredEvent[];
  readonly parked: boolean;
}

/** More events than an order's life has by far. */
export const MOST_EVENTS = 5_000;

interface EventRow {
  readonly revision: string;
  readonly event_id: string;
  readonly type: string;
  readonly at: Date;
  readonly actor_type: Actor["type"];
  readonly actor_id: string;
  readonly on_behalf_of: string | null;
  readonly cmd: string;
  readonly correlation: string;
  readonly causation: string;
  readonly data: unknown;
  readonly hash: string;
  readonly position: string;
}

/** All events of an order in their order; none when the read model does not have it. Two statements side by side. */
export async function readTimeline(db: Pool, schema: string, orderId: string): Promise<OrderEvents> {
  const [{ rows }, parked] = await Promise.all([
    db.query<EventRow>(
      `SELECT revision, event_id, type, at, actor_type, actor_id, on_behalf_of, cmd, correlation, causation, data, hash,
         position
       FROM ${schema}.events WHERE order_id = $1 ORDER BY revision LIMIT ${MOST_EVENTS}`,
      [orderId],
    ),
    db.query(
      "SELECT FROM runner.dead_letters WHERE consumer = $1 AND stream = $2 AND kind = 'event' AND state = 'parked'",
      [schema, orderStream(orderId)],
    ),
  ]);
  return { events: rows.map(storedEvent), parked: parked.rows.length > 0 };
}

const storedEvent = (row: EventRow): StoredEvent => ({
  revision: BigInt(row.revision),
  id: row.event_id,
  type: row.type,
  at: row.at.toISOString(),
  actor: {
    type: row.actor_type,
    id: row.actor_id,
    ...(row.on_behalf_of === null ? {} : { onBehalfOf: row.on_behalf_of }),
  },
  data: row.data,
  cmd: row.cmd,
  correlationId: row.correlation,
  causationId: row.causation,
  hash: row.hash,
  position: BigInt(row.position),
});

/** What is said of an event whose envelope cannot be read. */
const UNREADABLE: Pick<Metadata, "at" | "actor" | "cmd" | "$correlationId" | "$causationId" | "hash"> = {
  at: new Date(0).toISOString(),
  actor: { type: "system", id: "unknown" },
  cmd: "",
  $correlationId: "",
  $causationId: "",
  hash: "",
};

/** An event of the event store in the shape of the read model's; of one that cannot be read, what there is. */
export function asStored({ revision, id, type, data, metadata, position }: RecordedEvent): StoredEvent {
  const { at, actor, cmd, $correlationId, $causationId, hash } = { ...UNREADABLE, ...metadata };
  const said = { at, actor, cmd, correlationId: $correlationId, causationId: $causationId, hash };
  return { revision, id, type, data, ...said, position: position.commit };
}
