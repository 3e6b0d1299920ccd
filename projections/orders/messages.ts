import type { Pool, PoolClient } from "pg";
import type { TopicMessage } from "../runner/topic-message.ts";
import type { KitchenDelta, TicketView } from "../views.ts";
import type { Folded, OrderRow } from "./fold.ts";
import { placingOf, ticketView } from "./ticket-view.ts";
import { type Happened, orderView } from "./view.ts";

export const orderTopic = (orderId: string): string => `order.${orderId}`;
export const kitchenTopic = (siteId: string): string => `kitchen.${siteId}`;

/** What messages are made of besides what was folded. */
export interface MessageSources {
  readonly epoch: string;
  /** Orders as they were before the batch. */
  readonly before: ReadonlyMap<string, OrderRow>;
  /** Versions of the kitchens' topics before the batch. */
  readonly heads: ReadonlyMap<string, bigint>;
  /** All events of the changed orders. */
  readonly events: ReadonlyMap<string, readonly Happened[]>;
  /** When tickets were received, by `<orderId>/<fulfilmentId>`. */
  readonly received: ReadonlyMap<string, string>;
}

/** The topics' messages of a batch: one for each changed order, one for each event's last word on a kitchen. */
export function messagesOf(folded: Folded, sources: MessageSources): TopicMessage[] {
  return [...orderMessages(folded, sources), ...kitchenMessages(folded, sources)];
}

function orderMessages({ orders, lastAt }: Folded, { epoch, before, events }: MessageSources): TopicMessage[] {
  return [...orders].map(([orderId, { order, version, revision }]) => ({
    topic: orderTopic(orderId),
    epoch,
    version: version.toString(),
    prev: before.get(orderId)?.version.toString() ?? null,
    at: lastAt.get(orderId) ?? order.placedAt,
    data: orderView(order, revision, events.get(orderId) ?? []),
  }));
}

function kitchenMessages(folded: Folded, sources: MessageSources): TopicMessage<KitchenDelta>[] {
  const heads = new Map(sources.heads);
  const messages: TopicMessage<KitchenDelta>[] = [];
  for (const { siteId, version, at, tickets } of kitchenChanges(folded, sources)) {
    const [ticket, ...also] = tickets;
    if (!ticket) continue;
    const head = heads.get(siteId);
    // A stream that was set aside and is handled late has positions behind the topic's: nobody could place them. The
    // event that tells of its redriving comes last and is newer.
    if (head !== undefined && version <= head) continue;
    messages.push({
      topic: kitchenTopic(siteId),
      epoch: sources.epoch,
      version: version.toString(),
      prev: head?.toString() ?? null,
      at,
      data: { ticket, also: also.length > 0 ? also : undefined },
    });
    heads.set(siteId, version);
  }
  return messages;
}

interface KitchenChange {
  readonly siteId: string;
  readonly version: bigint;
  readonly at: string;
  readonly tickets: TicketView[];
}

/** Changed tickets by site and event, in the order of the events. */
function kitchenChanges({ tickets, orders }: Folded, { events, received }: MessageSources): KitchenChange[] {
  const changes = new Map<string, KitchenChange>();
  const inOrder = tickets.toSorted((a, b) => (a.version < b.version ? -1 : a.version > b.version ? 1 : 0));
  for (const { orderId, fulfilmentId, siteId, version, changedAt } of inOrder) {
    const order = orders.get(orderId)?.order;
    const receivedAt = received.get(`${orderId}/${fulfilmentId}`);
    if (!order || receivedAt === undefined) continue;
    const placing = placingOf(events.get(orderId) ?? []);
    const ticket = ticketView(order, fulfilmentId, placing, { receivedAt, changedAt });
    if (!ticket) continue;
    const key = `${siteId}/${version}`;
    const change = changes.get(key);
    if (change) change.tickets.push(ticket);
    else changes.set(key, { siteId, version, at: changedAt, tickets: [ticket] });
  }
  return [...changes.values()];
}

interface HappenedRow {
  readonly order_id: string;
  readonly event_id: string;
  readonly type: string;
  readonly at: Date;
  readonly data: unknown;
}

/** All events of these orders, by order. */
export async function loadEvents(
  db: Pool | PoolClient,
  schema: string,
  orderIds: readonly string[],
): Promise<Map<string, Happened[]>> {
  const { rows } = await db.query<HappenedRow>(
    `SELECT order_id, event_id, type, at, data FROM ${schema}.timeline
     WHERE order_id = ANY($1::uuid[]) ORDER BY order_id, revision`,
    [orderIds],
  );
  const byOrder = new Map<string, Happened[]>();
  for (const { order_id, event_id, type, at, data } of rows) {
    const events = byOrder.get(order_id) ?? [];
    byOrder.set(order_id, events);
    events.push({ id: event_id, type, at: at.toISOString(), data });
  }
  return byOrder;
}
