import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import { type OrderEvent, orderIdOf } from "../../domain/order/events.ts";
import { evolve, type Order } from "../../domain/order/state.ts";
import { type Placing, placingOf } from "../order-state/placing.ts";
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
  const orders = new Map<string, OrderRow>();
  const placings = new Map<string, Placing>();
  const lastAt = new Map<string, string>();
  for (const event of batch) {
    const orderId = orderIdOf(event.stream);
    if (orderId === undefined) continue;
    const row = orders.get(orderId) ?? known.get(orderId);
    if (row && event.revision <= row.revision) continue;
    // Only the project writes order streams; the shapes are those of the contract.
    const fact = { type: event.type, data: event.data } as OrderEvent;
    const order = evolve(row?.order, fact, event.metadata.at);
    // A stream that does not begin with its placing is damaged: verification tells of it, an order it is not.
    if (order === undefined) continue;
    const placing = row ? undefined : placingOf(event);
    if (placing) placings.set(orderId, placing);
    const milestone = milestoneOf(event);
    orders.set(orderId, {
      order,
      milestones: milestone ? [...(row?.milestones ?? []), milestone] : (row?.milestones ?? []),
      rejection: row?.rejection ?? (fact.type === "restaurant.rejected" ? fact.data.reason : undefined),
      version: event.position.commit,
      revision: event.revision,
    });
    lastAt.set(orderId, event.metadata.at);
  }
  return { orders, placings, lastAt };
}
