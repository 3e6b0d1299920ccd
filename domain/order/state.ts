import type { Money } from "../money/money.ts";
import type {
  Channel,
  DeliveryMethod,
  FailureType,
  MissingItem,
  NoticeChannel,
  OrderLine,
  SiteKind,
} from "./events.ts";

/** Where an order stands, in the words of the domain. */
export type OrderStatus =
  | "placed"
  | "stock_reserved"
  | "payment_processing"
  | "payment_confirmed"
  | "restaurant_notified"
  | "restaurant_accepted"
  | "preparing"
  | "ready"
  | "driver_assigned"
  | "picked_up"
  | "delivered"
  | "scheduled"
  | "shipped"
  | "out_of_stock"
  | "payment_failed"
  | "restaurant_rejected"
  | "cancelled";

/** Ways for an order to end early; each leaves it with nothing more to make, and maybe money to give back. */
export type EarlyEnd = "out_of_stock" | "payment_failed" | "restaurant_rejected" | "cancelled";

export interface FulfilmentState {
  readonly fulfilmentId: string;
  readonly siteId: string;
  readonly kind: SiteKind;
  readonly city: string;
  readonly stations: readonly string[];
  readonly lines: readonly OrderLine[];
  readonly reserved: boolean;
  readonly released: boolean;
  readonly notification:
    | { readonly attempts: number; readonly nextAttemptAt?: string | undefined; readonly answerBy?: string | undefined }
    | undefined;
  readonly notified: boolean;
  readonly accepted: boolean;
  readonly rejected: boolean;
  /** Reason of the rejection, as a code. */
  readonly rejection: string | undefined;
  /** Why another site is looked for; undefined when none is. */
  readonly seeking: string | undefined;
  /** Other sites make it: it counts no more, and what it holds is given back. */
  readonly replaced: boolean;
  /** Items that the site has reported missing and that nobody has decided about. */
  readonly unavailable: readonly string[];
  /** What the ledger has reserved for it beside its own reservation: substitutes. */
  readonly extras: readonly ExtraReservation[];
  readonly shipment: ShipmentState | undefined;
  /** Stations that are being worked at, and stations done. */
  readonly started: readonly string[];
  readonly completed: readonly string[];
  readonly ready: boolean;
}

/** A reservation for a substitute; `reservation` stands in the place of a fulfilment id at the ledger. */
export interface ExtraReservation {
  readonly reservation: string;
  readonly sku: string;
  readonly quantity: number;
  readonly reserved: boolean;
  readonly released: boolean;
}

/** A fulfilment on its way to the carrier. */
export interface ShipmentState {
  /** Attempts that failed. */
  readonly attempts: number;
  readonly nextAttemptAt: string | undefined;
  /** How often the carrier has been asked to book, and when last: it may have booked without our knowing. */
  readonly requests: number;
  readonly requestedAt: string | undefined;
  /** The carrier's number, once it is booked. */
  readonly booking: string | undefined;
  /** When we learnt of the booking. */
  readonly bookedAt: string | undefined;
  readonly trackingNumber: string | undefined;
  readonly shippedAt: string | undefined;
}

/** Something the customer is told, by one channel. */
export interface NoticeState {
  readonly notice: string;
  readonly channel: NoticeChannel;
  readonly attempts: number;
  readonly nextAttemptAt: string | undefined;
  readonly outcome: "sent" | "given_up" | undefined;
}

export interface PaymentState {
  readonly method: string;
  readonly intent: string | undefined;
  readonly attempts: number;
  readonly nextAttemptAt: string | undefined;
  readonly confirmed: boolean;
  readonly cancelled: boolean;
  readonly refundAttempts: number;
  readonly refundNextAttemptAt: string | undefined;
  readonly captured: number;
  readonly refunded: number;
  /** References of the refunds counted in `refunded`: each counts once, whoever reports it. */
  readonly refunds: readonly string[];
  /** Refunds that the gateway had taken on and that came to nothing: they do not count in `refunded`. */
  readonly failedRefunds: readonly string[];
  /** Minor units to be given back for lines that were removed or cost less than planned. */
  readonly owedForLines: number;
}

export interface CourierState {
  readonly attempt: number;
  readonly courierId: string | undefined;
  readonly acceptBy: string | undefined;
  /** Until when the courier must be at the site; undefined where nobody has said. */
  readonly arriveBy: string | undefined;
  readonly accepted: boolean;
  readonly arrived: boolean;
  /** Couriers that declined or did not answer. */
  readonly tried: readonly string[];
  /** Whom each attempt went to: their claims are given free when they have served their purpose. */
  readonly assignments: readonly { readonly attempt: number; readonly courierId: string }[];
  /** When the last one was lost: by a no, by silence, by not coming. */
  readonly lostAt: string | undefined;
  /** Since when one is looked for again, after one who had accepted was lost. */
  readonly searchingSince: string | undefined;
  /** Grows with every search that is over, so that the next one has a number of its own. */
  readonly searches: number;
  /** In which search support was told last that nobody could be found: once in each. */
  readonly toldInSearch: number | undefined;
  /** Whether support was ever told. */
  readonly unavailableReported: boolean;
}

/** An order as its events say. Plain data: read models and process managers keep it as JSON. */
export interface Order {
  readonly orderId: string;
  readonly customerId: string;
  readonly placedBy: string;
  readonly placedAt: string;
  readonly channel: Channel;
  readonly delivery: { readonly method: DeliveryMethod; readonly promisedAt: string };
  readonly total: Money;
  readonly holdUntil: string;
  readonly fulfilments: readonly FulfilmentState[];
  readonly payment: PaymentState;
  readonly courier: CourierState;
  readonly acceptedAt: string | undefined;
  readonly pickedUp: boolean;
  readonly delivered: boolean;
  readonly ended: EarlyEnd | undefined;
  /** False when the order was refused before its ledger was asked: nothing is to be released then. */
  readonly ledgerAsked: boolean;
  readonly missing: readonly MissingItem[];
  readonly failure: FailureType | undefined;
  /** Rules that found the order to be a fraud. */
  readonly fraud: readonly string[];
  readonly notices: readonly NoticeState[];
  /** How often a line was made otherwise or left out. */
  readonly lineChanges: number;
  /** Work that is set aside, as `<consumer>:<event or effect id>`. */
  readonly parked: readonly string[];
}

/** The state of a stream that has no events. */
export const noOrder = undefined;
export type OrderState = Order | typeof noOrder;

/** Reason of the rejection of an order that reaches a closed site. */
export const CLOSED = "auto_rejected_closing_time";
/** Reason of the rejection of a fulfilment of which nothing is left that the site could make. */
export const ITEM_UNAVAILABLE = "item_unavailable";

/** Rejections that the system decides: a site that was told has to hear of them. */
const DECIDED_FOR_THE_SITE: ReadonlySet<string> = new Set(["no_answer", "not_reached", CLOSED]);

/** Whether the site itself has turned the fulfilment down; else the system did, and the site has to hear of it. */
export function turnedDown({ rejected, rejection = "", unavailable }: FulfilmentState): boolean {
  const nothingLeft = rejection === ITEM_UNAVAILABLE && unavailable.length > 0;
  return rejected && !nothingLeft && !DECIDED_FOR_THE_SITE.has(rejection);
}

/** Sites that are tried after the first one, before the order ends. */
const MOST_REROUTES = 3;

/** What a rejection says of other sites: a paid order is offered to another one, so and so often. */
export function alternativeFor(order: Order): "sought" | "none" | undefined {
  if (!order.payment.confirmed) return undefined;
  return order.fulfilments.filter((f) => f.replaced).length < MOST_REROUTES ? "sought" : "none";
}

/** The substitutes of a fulfilment that it is still made of: others are given back. */
export const extrasInUse = ({ extras, lines }: FulfilmentState): readonly ExtraReservation[] =>
  extras.filter(({ sku }) => lines.some((line) => line.sku === sku));

/** The fulfilments that count: those that other sites make do not. */
export const standing = (order: Order): readonly FulfilmentState[] => order.fulfilments.filter((f) => !f.replaced);

const all = (order: Order, has: (f: FulfilmentState) => boolean): boolean => {
  const counted = standing(order);
  return counted.length > 0 && counted.every(has);
};

export const isReserved = (order: Order): boolean => all(order, (f) => f.reserved);
export const isAccepted = (order: Order): boolean => all(order, (f) => f.accepted);
export const isReady = (order: Order): boolean => all(order, (f) => f.ready);
/** Every parcel of the order is booked with the carrier. */
export const isScheduled = (order: Order): boolean => all(order, (f) => f.shipment?.booking !== undefined);
/** Every parcel of the order is on its way. */
export const isShipped = (order: Order): boolean =>
  order.delivery.method === "parcel" && all(order, (f) => f.shipment?.shippedAt !== undefined);

/** Nobody carries the order, support was told so, and the search goes on. */
export const isWithoutCourier = (order: Order): boolean =>
  order.courier.toldInSearch === order.courier.searches && !order.courier.accepted && !isFinal(order);

/** What is wrong with an order, for lists: why it failed, or that nobody is found to carry it. */
export const standingFailure = (order: Order): FailureType | undefined =>
  order.failure ?? (isWithoutCourier(order) ? "driver_unavailable" : undefined);

/** Minor units captured and not yet given back although the order has ended early, or was made with less. */
export function owedRefund({ ended, payment }: Order): number {
  if (!payment.confirmed) return 0;
  const due = ended ? payment.captured : Math.min(payment.owedForLines, payment.captured);
  return Math.max(0, due - payment.refunded);
}

/** True when nothing more will be made or carried for this order. Money may still be owed: see `owedRefund`. */
export const isFinal = (order: Order): boolean => order.delivered || order.ended !== undefined || isShipped(order);

/** A courier or the carrier has the goods, or some of them: what is wrong with the order from now on is a dispute. */
export const hasLeft = (order: Order): boolean =>
  order.pickedUp || order.fulfilments.some((f) => f.shipment?.shippedAt !== undefined);

/** The plan that a further choice of sites, or of a substitute, makes its fulfilment ids under. */
export function nextPlan(order: Order): number {
  const used = order.fulfilments.flatMap((f) => [f.fulfilmentId, ...f.extras.map(({ reservation }) => reservation)]);
  return Math.max(0, ...used.map((id) => Number.parseInt(id, 10) || 0)) + 1;
}

/** The order's status; with several fulfilments that of the least advanced one. */
export function statusOf(order: Order): OrderStatus {
  if (order.delivered) return "delivered";
  if (order.ended) return order.ended;
  if (isShipped(order)) return "shipped";
  if (order.pickedUp) return "picked_up";
  // A site has given it back and another is looked for: paid, and nobody makes it.
  if (standing(order).some((f) => f.seeking !== undefined)) return "payment_confirmed";
  if (isReady(order)) {
    if (order.delivery.method === "parcel") return isScheduled(order) ? "scheduled" : "ready";
    return order.courier.accepted ? "driver_assigned" : "ready";
  }
  if (isAccepted(order)) {
    return all(order, (f) => f.started.length + f.completed.length > 0 || f.ready)
      ? "preparing"
      : "restaurant_accepted";
  }
  if (all(order, (f) => f.notified)) return "restaurant_notified";
  if (order.payment.confirmed) return "payment_confirmed";
  if (order.payment.intent) return "payment_processing";
  if (isReserved(order)) return "stock_reserved";
  return "placed";
}
