import type { OrderEvent, OrderEventType } from "../../../domain/order/events.ts";
import type { Words } from "./words.ts";

/** What a sentence is about: the event's own data, in the words of the order, and who did it. */
type DataOf<Type extends OrderEventType> = Extract<OrderEvent, { type: Type }>["data"];

/** One sentence for each type of event, which support can read out. Nothing personal stands in it. */
export type Sentences = {
  readonly [Type in OrderEventType]: (data: DataOf<Type>, words: Words, actor: string) => string;
};

/** Items of a placing that are named; of the others it is said how many there are. */
export const NAMED_ITEMS = 3;
