import type { Language, OrderEvent, OrderEventType } from "../../domain/order/events.ts";
import type { Order } from "../../domain/order/state.ts";
import type { Told } from "./speech/words.ts";

/** An event of an order as its story needs it. */
export interface Happened {
  readonly fact: OrderEvent;
  /** RFC 3339, business time. */
  readonly at: string;
  /** Decimal. */
  readonly revision: string;
  readonly actor: string;
}

/** A piece of a story: a clause, and the events that say so. */
export interface Clause {
  readonly text: string;
  /** Revisions. */
  readonly sources: readonly string[];
}

/** What a story is made of. */
export interface StoryOf {
  readonly order: Order;
  /** What sentences know of the order. */
  readonly told: Told;
  /** All of its events in their order. */
  readonly happened: readonly Happened[];
  /** Work that is set aside now, in words. */
  readonly setAside: readonly { readonly work: string; readonly eventId?: string | undefined }[];
  /** Business time. */
  readonly now: number;
  readonly language: Language;
}

/** An event of one type. */
export interface Fact<Type extends OrderEventType> extends Pick<Happened, "at" | "revision"> {
  readonly data: Extract<OrderEvent, { type: Type }>["data"];
}

/** The events of one type, in their order. */
export const factsOf = <Type extends OrderEventType>(happened: readonly Happened[], type: Type): Fact<Type>[] =>
  happened.flatMap(({ fact, at, revision }) =>
    // The data of a fact of this type is of that type.
    fact.type === type ? [{ at, revision, data: fact.data as Fact<Type>["data"] }] : [],
  );

export const clause = (text: string, ...from: readonly Pick<Happened, "revision">[]): Clause => ({
  text,
  sources: from.map(({ revision }) => revision),
});
