import type { FailureType, OrderEvent } from "../../../domain/order/events.ts";
import type { Words } from "./words.ts";

type DataOf<Type extends OrderEvent["type"]> = Extract<OrderEvent, { type: Type }>["data"];

/** What an open order waits for: the step, and whom. */
export type Awaited =
  | "stock"
  | "payment"
  | "told"
  | "other_site"
  | "answer"
  | "made"
  | "missing"
  | "booking"
  | "courier_found"
  | "courier_answer"
  | "courier_arrives"
  | "pickup"
  | "delivery"
  | "shipping";

/**
 * The parts that the story of an order is put together from, in one language. Each is a whole clause that begins with a
 * small letter and ends without a full stop.
 */
export interface StoryPhrases {
  placed(data: DataOf<"order.placed">, at: string, words: Words, actor: string): string;
  paid(at: string, attempts: number, words: Words): string;
  rerouted(data: DataOf<"order.rerouted">, words: Words): string;
  substituted(data: DataOf<"order.line_substituted">, words: Words): string;
  removed(data: DataOf<"order.line_removed">, words: Words): string;
  couriers(lost: number): string;
  refunded(amount: number, currency: string, at: string, words: Words): string;
  /** Where the order has come to, said of the event that brought it there. */
  readonly stand: {
    placed(): string;
    reserved(at: string, words: Words): string;
    paying(at: string, words: Words): string;
    told(site: string, at: string, words: Words): string;
    accepted(site: string, at: string, words: Words): string;
    working(station: string, at: string, words: Words): string;
    ready(at: string, words: Words): string;
    courierComes(at: string, words: Words): string;
    pickedUp(at: string, words: Words): string;
    delivered(at: string, words: Words): string;
    scheduled(at: string, words: Words): string;
    shipped(at: string, words: Words): string;
    outOfStock(data: DataOf<"order.out_of_stock">, words: Words): string;
    paymentFailed(type: FailureType, at: string, words: Words): string;
    rejected(data: DataOf<"restaurant.rejected">, at: string, words: Words): string;
    cancelled(by: string, at: string, words: Words): string;
  };
  /** What is wrong. */
  readonly wrong: {
    setAside(work: string): string;
    owed(amount: number, currency: string, words: Words): string;
    owedAfterFailure(
      amount: number,
      currency: string,
      type: FailureType,
      next: string | undefined,
      words: Words,
    ): string;
    fraud(rules: readonly string[], words: Words): string;
    cameLate(minutes: number): string;
    tookLong(minutes: number): string;
    isLate(minutes: number): string;
    stands(minutes: number, waits: string): string;
    notTold(notice: string, words: Words): string;
    failing(what: "payment" | "site" | "parcel", attempts: number, next: string | undefined, words: Words): string;
    noCourier(): string;
    missing(items: readonly string[], words: Words): string;
  };
  /** Nothing is wrong. */
  readonly fine: {
    delivered(): string;
    shipped(): string;
    waits(what: string): string;
    endedUncharged(): string;
    endedRefunded(): string;
  };
  waits(awaited: Awaited, site: string, until: string | undefined, words: Words): string;
  /** Clauses about what is wrong, as one sentence. */
  together(clauses: readonly string[]): string;
}
