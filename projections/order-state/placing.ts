import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import type { OrderPlaced } from "../../domain/order/events.ts";

/** Where an order was placed: the id of the event that sealed values were sealed for, and its data. */
export interface Placing {
  readonly eventId: string;
  readonly data: OrderPlaced;
}

/** The placing that an event is; undefined for any other event. */
export const placingOf = ({ id, type, data }: RecordedEvent): Placing | undefined =>
  type === "order.placed" ? { eventId: id, data: data as OrderPlaced } : undefined; // in the contract's shape
