import type { TopicMessage } from "../runner/topic-message.ts";
import type { KitchenDelta, TicketView } from "../views.ts";
import type { Folded } from "./fold.ts";
import type { PlacedKitchenOrder } from "./rows.ts";
import { ticketView } from "./ticket-view.ts";

export const kitchenTopic = (siteId: string): string => `kitchen.${siteId}`;

/** What messages are made of besides what was folded. */
export interface MessageSources {
  readonly epoch: string;
  /** Orders as they were before the batch. */
  readonly before: ReadonlyMap<string, PlacedKitchenOrder>;
  /** Versions of the kitchens' topics before the batch. */
  readonly heads: ReadonlyMap<string, bigint>;
}

/** The topics' messages of a batch: one for each event's last word on a kitchen. */
export function messagesOf(folded: Folded, sources: MessageSources): TopicMessage<KitchenDelta>[] {
  const heads = new Map(sources.heads);
  const messages: TopicMessage<KitchenDelta>[] = [];
  for (const { siteId, version, at, tickets } of changesOf(folded, sources)) {
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
function changesOf({ tickets, orders, placings }: Folded, { before }: MessageSources): KitchenChange[] {
  const changes = new Map<string, KitchenChange>();
  const inOrder = tickets.toSorted((a, b) => (a.version < b.version ? -1 : a.version > b.version ? 1 : 0));
  for (const { orderId, fulfilmentId, siteId, version, at, ...times } of inOrder) {
    const row = orders.get(orderId);
    const placing = before.get(orderId)?.placing ?? placings.get(orderId);
    const ticket = row && placing && ticketView(row, fulfilmentId, placing, times);
    if (!ticket) continue;
    const key = `${siteId}/${version}`;
    const change = changes.get(key);
    if (change) change.tickets.push(ticket);
    else changes.set(key, { siteId, version, at, tickets: [ticket] });
  }
  return [...changes.values()];
}
