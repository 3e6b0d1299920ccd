import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import { type OrderEvent, orderIdOf } from "../../domain/order/events.ts";
import { evolve } from "../../domain/order/evolve.ts";
import type { Order } from "../../domain/order/state.ts";
import { type Placing, placingOf } from "./placing.ts";

/** What an event makes of an order. */
export interface FoldedEvent {
  readonly fact: OrderEvent;
  readonly order: Order;
  /** Of an order that was not there before. */
  readonly placing: Placing | undefined;
}

/**
 * Folds a batch upon the rows of its orders; answers with those that changed, by id. An event that a row has seen
 * before changes nothing.
 *
 * @param next the row after an event; undefined leaves it as it was
 */
export function foldOrders<Row extends { readonly revision: bigint }>(
  known: ReadonlyMap<string, Row>,
  batch: readonly RecordedEvent[],
  next: (row: Row | undefined, event: RecordedEvent, orderId: string) => Row | undefined,
): Map<string, Row> {
  const changed = new Map<string, Row>();
  for (const event of batch) {
    const orderId = orderIdOf(event.stream);
    if (orderId === undefined) continue;
    const row = changed.get(orderId) ?? known.get(orderId);
    if (row && event.revision <= row.revision) continue;
    const after = next(row, event, orderId);
    if (after) changed.set(orderId, after);
  }
  return changed;
}

/** Undefined for a stream that does not begin with its placing: verification tells of it, an order it is not. */
export function foldEvent(before: Order | undefined, event: RecordedEvent): FoldedEvent | undefined {
  const fact = factOf(event);
  const order = evolve(before, fact, event.metadata.at);
  return order && { fact, order, placing: before ? undefined : placingOf(event) };
}

/** What an event of an order's stream tells. */
export const factOf = ({ type, data }: { readonly type: string; readonly data: unknown }): OrderEvent =>
  ({ type, data }) as OrderEvent; // only the project writes order streams; the shapes are those of the contract
