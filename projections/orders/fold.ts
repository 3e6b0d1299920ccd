import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import type { OrderEvent } from "../../domain/order/events.ts";
import type { Order } from "../../domain/order/state.ts";
import { type Amendment, amended } from "../order-state/amendments.ts";
import { foldEvent, foldOrders } from "../order-state/fold-orders.ts";
import type { Placing } from "../order-state/placing.ts";
import type { Milestone } from "../views.ts";
import { milestoneOf } from "./milestones.ts";

/** An order as its row holds it. */
export interface OrderRow {
  readonly order: Order;
  readonly milestones: readonly Milestone[];
  /** Why the order ended as rejected, as a code. */
  readonly rejection: string | undefined;
  /** What was changed in what it is made of. */
  readonly amendments: readonly Amendment[];
  /** Commit position and revision of the last event folded. */
  readonly version: bigint;
  readonly revision: bigint;
}

/** A site that makes an order which was placed at another one. */
export interface LaterSite {
  readonly orderId: string;
  readonly siteId: string;
  readonly city: string;
  readonly placedAt: string;
}

/** What a batch leads to. */
export interface Folded {
  /** Orders that changed, by id, with what they are now. */
  readonly orders: ReadonlyMap<string, OrderRow>;
  /** Orders that are new, by id, with what they were placed with. */
  readonly placings: ReadonlyMap<string, Placing>;
  /** Sites that have come to make an order later. */
  readonly laterSites: readonly LaterSite[];
  /** Business time of each changed order's last event. */
  readonly lastAt: ReadonlyMap<string, string>;
}

/** Folds a batch upon the rows of its orders. An event that a row has seen before changes nothing. */
export function foldBatch(known: ReadonlyMap<string, OrderRow>, batch: readonly RecordedEvent[]): Folded {
  const placings = new Map<string, Placing>();
  const lastAt = new Map<string, string>();
  const laterSites: LaterSite[] = [];
  const orders = foldOrders<OrderRow>(known, batch, (row, event, orderId) => {
    const folded = foldEvent(row?.order, event);
    if (folded === undefined) return undefined;
    const { fact, order, placing } = folded;
    if (placing) placings.set(orderId, placing);
    lastAt.set(orderId, event.metadata.at);
    if (fact.type === "order.rerouted") {
      const { placedAt } = order;
      laterSites.push(...fact.data.fulfilments.map(({ siteId, city }) => ({ orderId, siteId, city, placedAt })));
    }
    const milestone = milestoneOf(event);
    return {
      order,
      milestones: milestone ? [...(row?.milestones ?? []), milestone] : (row?.milestones ?? []),
      rejection: order.ended === "restaurant_rejected" ? (row?.rejection ?? reasonOf(fact)) : undefined,
      amendments: amended(row?.amendments ?? [], event),
      version: event.position.commit,
      revision: event.revision,
    };
  });
  return { orders, placings, laterSites, lastAt };
}

const reasonOf = (fact: OrderEvent): string | undefined =>
  fact.type === "restaurant.rejected" ? fact.data.reason : undefined;
