import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import type { Language, OrderEvent, OrderPlaced } from "../../domain/order/events.ts";
import { evolve } from "../../domain/order/evolve.ts";
import type { OrderState } from "../../domain/order/state.ts";
import { compose } from "../processes/notification/compose.ts";
import { storyOf } from "../processes/notification/story.ts";

/** A message that the customer was sent, without their name and where it went. */
export interface ToldMessage {
  /** Of the event that says it was sent. */
  readonly revision: string;
  readonly subject: string;
  readonly text: string;
  readonly language: Language;
}

/** The greeting and the line after it name the customer. */
const GREETING_LINES = 2;

/**
 * What the customer was told: every message that was sent, composed again from the order as it was then and from the same
 * texts. Events must be of one order, from its placing on; what cannot be composed any more is left out.
 */
export function toldMessages(events: readonly RecordedEvent[]): ToldMessage[] {
  const [first] = events;
  if (first?.type !== "order.placed") return [];
  const placed = first.data as OrderPlaced; // every order's stream begins with its placing
  const messages: ToldMessage[] = [];
  let order: OrderState;
  for (const [index, { type, data, metadata, revision }] of events.entries()) {
    const fact = { type, data } as OrderEvent; // what is of a later type is passed over by its name
    if (fact.type === "notification.sent" && order) {
      const story = storyOf(fact.data.notice, { placed, order, events: events.slice(0, index), name: "" });
      try {
        const { subject, text } = compose(fact.data.notice, order.orderId, "", story);
        const body = text.split("\n").slice(GREETING_LINES).join("\n").trim();
        messages.push({ revision: revision.toString(), subject, text: body, language: story.language });
      } catch (error) {
        if (!(error instanceof TypeError)) throw error; // a notice of another release
      }
    }
    order = evolve(order, fact, metadata.at);
  }
  return messages;
}
