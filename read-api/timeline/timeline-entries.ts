import { type OrderEvent, orderStream } from "../../domain/order/events.ts";
import { evolve } from "../../domain/order/evolve.ts";
import { type Order, type OrderState, statusOf } from "../../domain/order/state.ts";
import { factOf } from "../../projections/order-state/fold-orders.ts";
import type { StoredEvent } from "../../projections/timeline/queries.ts";
import type { TimelineEntry } from "../../projections/views.ts";
import { causeOf } from "./causes.ts";
import { changesBetween } from "./order-facts.ts";
import { sentenceFor } from "./sentences.ts";
import { learn, type Told } from "./words.ts";

/** An order's timeline: what it has come to, and every event with what it changed. */
export interface ToldTimeline {
  /** Undefined for a stream that does not begin with its placing. */
  readonly order: Order | undefined;
  readonly entries: readonly TimelineEntry[];
}

/**
 * Tells all events of an order, folded by the domain's own rules.
 *
 * @param shown which of them are told in full; the others are only folded
 */
export function tellTimeline(
  orderId: string,
  events: readonly StoredEvent[],
  shown: (event: StoredEvent) => boolean,
): ToldTimeline {
  const entries: TimelineEntry[] = [];
  let order: OrderState;
  let told: Told;
  for (const [index, event] of events.entries()) {
    const fact = factOf(event);
    const after = evolved(order, fact, event.at);
    told = learn(told, fact);
    if (shown(event)) {
      const earlier = events.slice(0, index);
      entries.push({
        ...envelopeOf(event),
        sentence: sentenceFor(event.type, event.data, event.actor, told),
        cause: causeOf(event, orderStream(orderId), earlier),
        status: { before: order && statusOf(order), after: after && statusOf(after) },
        changes: after ? changesBetween(order, after) : [],
        sinceBeforeMs: sinceBefore(event, earlier.at(-1)),
      });
    }
    order = after;
  }
  return { order, entries };
}

/** The order after an event; as before, where the event is one that nobody can make anything of. */
function evolved(order: OrderState, fact: OrderEvent, at: string): OrderState {
  try {
    return evolve(order, fact, at);
  } catch {
    return order;
  }
}

const envelopeOf = ({ revision, position, ...said }: StoredEvent) => ({
  ...said,
  revision: revision.toString(),
  position: position.toString(),
});

const sinceBefore = (event: StoredEvent, before: StoredEvent | undefined): number | undefined =>
  before && Date.parse(event.at) - Date.parse(before.at);
