import type { Money } from "../../../domain/money/money.ts";
import type { DeliveryMethod, SiteKind } from "../../../domain/order/events.ts";
import type { OrderStatus } from "../../../domain/order/state.ts";
import type { OrderView } from "../../../projections/views.ts";
import { compareVersions } from "../../../realtime/protocol.ts";
import { principalAt } from "../auth.ts";
import type { Seat } from "../seats.ts";
import type { Wish } from "../shop/pricing.ts";
import { readStored, storedSignal } from "../stored.ts";
import { newest } from "./newest.ts";

/** What was ordered, in words that need no answer from anywhere. */
export interface OrderedLine extends Wish {
  readonly sku: string;
  readonly name: string;
  readonly unit: "each" | "g";
}

/** What this device knows at the placing of the way that an order will take. */
export interface Expected {
  readonly kind: SiteKind;
  readonly city: string;
  readonly timeZone: string;
  readonly stations: readonly string[];
  readonly method: DeliveryMethod;
  readonly promisedAt: string;
  readonly deliveryFee: Money;
  /** Prices of the lines, in their sequence. */
  readonly prices: readonly Money[];
}

/** The buyer's own order, as this device knows it whatever the read model says. */
export interface OwnOrder {
  readonly id: string;
  /** Revision and status that the last command answered with. */
  readonly revision: string;
  readonly status: OrderStatus;
  /** Position of that answer: a read that has reached it shows at least this. */
  readonly position: string;
  /** By the server's clock. */
  readonly placedAt: string;
  /** Who placed it, `type:id`; absent in what was kept before that was written down. */
  readonly placedBy?: string | undefined;
  readonly site: { readonly siteId: string; readonly name: string };
  readonly lines: readonly OrderedLine[];
  readonly total: Money;
  readonly warning?: string | undefined;
  /** Absent in what was kept before that was written down. */
  readonly expected?: Expected | undefined;
  /** The newest view that was seen, and when. */
  readonly view?: OrderView | undefined;
  readonly viewAt?: number | undefined;
}

const KEPT = 40;
const NAME = "orders";

const stored = storedSignal<readonly OwnOrder[]>(NAME, []);

/** Own orders, newest first. */
export const ownOrders = stored.signal;

export const ownOrder = (orderId: string): OwnOrder | undefined => ownOrders.value.find(({ id }) => id === orderId);

/** Keeps an order; other tabs may have written meanwhile, so what is stored is read again first. */
export function keepOrder(order: OwnOrder): void {
  const others = (readStored<readonly OwnOrder[]>(NAME) ?? []).filter(({ id }) => id !== order.id);
  const all = [order, ...others].sort((a, b) => b.placedAt.localeCompare(a.placedAt));
  stored.set(all.slice(0, KEPT));
}

/** Notes what a command on an own order answered. */
export function noteAnswer(
  orderId: string,
  answer: { readonly revision: string; readonly status: OrderStatus; readonly position: string },
): void {
  const own = ownOrder(orderId);
  if (own && compareVersions(answer.revision, own.revision) >= 0) keepOrder({ ...own, ...answer, id: orderId });
}

/** Notes a view of an own order, unless a newer one is known. */
export function noteView(view: OrderView, at: number): void {
  const own = ownOrder(view.orderId);
  if (!own || newest(own.view, view) !== view) return;
  // The contact is not needed to show the order, so it is not kept a second time.
  const { contact: _, ...kept } = view;
  keepOrder({ ...own, view: kept, viewAt: at });
}

/**
 * The seat that may read an order: an order that was placed as a guest stays that guest's, also after the guest has
 * signed in.
 */
export function seatFor(orderId: string): Seat {
  const guest = principalAt("guest");
  return guest && ownOrder(orderId)?.placedBy === `guest:${guest.id}` && principalAt("shop")?.id !== guest.id
    ? "guest"
    : "shop";
}

/** The status that is known for sure: that of the newer of what was answered and what was seen. */
export function statusOf(own: OwnOrder | undefined, view: OrderView | undefined): OrderStatus | undefined {
  if (!own || !view) return view?.status ?? own?.status;
  return compareVersions(own.revision, view.revision) > 0 ? own.status : view.status;
}
