import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import type { Order } from "../../domain/order/state.ts";
import { foldEvent, foldOrders } from "../order-state/fold-orders.ts";
import type { Placing } from "../order-state/placing.ts";
import type { Milestone } from "../views.ts";
import { milestoneOf } from "./milestones.ts";

/** An order as its row holds it. */
export interface OrderRow {
  readonly order: Order;
  readonly milestones: readonly Milestone[];
  /** Reason of the first rejection, as a code. */
  readonly rejection: string | undefined;
  /** Commit position and revision of the last event folded. */
  readonly version: bigint;
  readonly revision: bigint;
}

/** What a batch leads to. */
export interface Folded {
  /** Orders that changed, by id, with what they are now. */
  readonly orders: ReadonlyMap<string, OrderRow>;
  /** Orders that are new, by id, with what they were placed with. */
  readonly placings: ReadonlyMap<string, Placing>;
  /** Business time of each changed order's last event. */
  readonly lastAt: ReadonlyMap<string, string>;
}

/** Folds a batch upon the rows of its orders. An event that a row has seen before changes nothing. */
export function foldBatch(known: ReadonlyMap<string, OrderRow>, batch: readonly RecordedEvent[]): Folded {
  const placings = new Map<string, Placing>();
  const lastAt = new Map<string, string>();
  const orders = foldOrders<OrderRow>(known, batch, (row, event, orderId) => {
    const folded = foldEvent(row?.order, event);
    if (folded === undefined) return undefined;
    const { fact, order, placing } = folded;
    if (placing) placings.set(orderId, placing);
    lastAt.set(orderId, event.metadata.at);
    const milestone = milestoneOf(event);
    return {
      order,
      milestones: milestone ? [...(row?.milestones ?? []), milestone] : (row?.milestones ?? []),
      rejection: row?.rejection ?? (fact.type === "restaurant.rejected" ? fact.data.reason : undefined),
      version: event.position.commit,
      revision: event.revision,
    };
  });
  return { orders, placings, lastAt };
}
