import { type Language, type OrderEvent, orderStream } from "../../domain/order/events.ts";
import { evolve } from "../../domain/order/evolve.ts";
import { type Order, type OrderState, statusOf } from "../../domain/order/state.ts";
import { factOf } from "../../projections/order-state/fold-orders.ts";
import type { StoredEvent } from "../../projections/timeline/queries.ts";
import type { TimelineEntry } from "../../projections/views.ts";
import { causeOf } from "./causes.ts";
import type { Happened } from "./happened.ts";
import { changesBetween } from "./order-facts.ts";
import { limitOf } from "./pace.ts";
import { sentenceFor } from "./sentences.ts";
import { learn, type Told } from "./speech/words.ts";

/** An order's timeline: what it has come to, and every event with what it changed. */
export interface ToldTimeline {
  /** Undefined for a stream that does not begin with its placing. */
  readonly order: Order | undefined;
  readonly entries: readonly TimelineEntry[];
  /** All events as facts, and what sentences know of the order. */
  readonly happened: readonly Happened[];
  readonly told: Told;
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
  language: Language = "en",
): ToldTimeline {
  const entries: TimelineEntry[] = [];
  const happened: Happened[] = [];
  let order: OrderState;
  let told: Told;
  for (const [index, event] of events.entries()) {
    const fact = factOf(event);
    const after = evolved(order, fact, event.at);
    told = learn(told, fact);
    happened.push({ fact, at: event.at, revision: event.revision.toString(), actor: event.actor.type });
    if (shown(event)) {
      const earlier = events.slice(0, index);
      const since = sinceBefore(event, earlier.at(-1));
      entries.push({
        ...envelopeOf(event),
        sentence: sentenceFor(event.type, event.data, event.actor, told, language),
        cause: causeOf(event, orderStream(orderId), earlier),
        status: { before: order && statusOf(order), after: after && statusOf(after) },
        changes: after ? changesBetween(order, after) : [],
        sinceBeforeMs: since,
        gap: gapBefore(order, since),
      });
    }
    order = after;
  }
  return { order, entries, happened, told };
}

/** The order after an event; as before, where the event is one that nobody can make anything of. */
function evolved(order: OrderState, fact: OrderEvent, at: string): OrderState {
  try {
    return evolve(order, fact, at);
  } catch {
    return order;
  }
}

/** That the step before took longer than its kind may take. */
function gapBefore(order: OrderState, sinceMs: number | undefined): TimelineEntry["gap"] {
  const limitMs = order && limitOf(statusOf(order), order.delivery.method);
  return limitMs !== undefined && sinceMs !== undefined && sinceMs > limitMs ? { limitMs } : undefined;
}

const envelopeOf = ({ revision, position, ...said }: StoredEvent) => ({
  ...said,
  revision: revision.toString(),
  position: position.toString(),
});

const sinceBefore = (event: StoredEvent, before: StoredEvent | undefined): number | undefined =>
  before && Date.parse(event.at) - Date.parse(before.at);
