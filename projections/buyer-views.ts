import type { Money, Quantity } from "../domain/money/money.ts";
import type { Contact, Language, SiteKind } from "../domain/order/events.ts";
import type { OrderStatus } from "../domain/order/state.ts";

// What buyers are shown beside their orders and menus. Types only; pages import them.

/** One line of a receipt. Prices are gross; rates in basis points. */
export interface ReceiptLine {
  readonly sku: string;
  readonly name: string;
  readonly quantity: Quantity;
  readonly price: Money;
  readonly taxBasisPoints: number;
  /** Name of the missing item whose place it took. */
  readonly insteadOf?: string | undefined;
  /** It was missing, and is given back. */
  readonly leftOut?: true | undefined;
}

/** What of the sum falls under one rate: `net + tax = gross`. */
export interface TaxShare {
  readonly basisPoints: number;
  readonly net: Money;
  readonly tax: Money;
  readonly gross: Money;
}

/** What an order cost and what was given back, as its events say. Times are RFC 3339. */
export interface Receipt {
  readonly orderId: string;
  readonly number: string;
  readonly status: OrderStatus;
  readonly language: Language;
  readonly placedAt: string;
  readonly paidAt?: string | undefined;
  /** `due`: not paid yet; `none`: nothing was charged, and nothing will be. */
  readonly payment: "paid" | "due" | "none";
  readonly sites: readonly { readonly siteId: string; readonly name: string; readonly city: string }[];
  /** IANA zone of the first site, in which a receipt says its times. */
  readonly timeZone: string;
  readonly lines: readonly ReceiptLine[];
  readonly deliveryFee: Money;
  readonly total: Money;
  /** Of what was made, with the delivery; none for an order that ended early. */
  readonly taxes: readonly TaxShare[];
  readonly refunds: readonly { readonly at: string; readonly amount: Money }[];
  /** What stays paid. */
  readonly balance: Money;
  /** The newest event of the order: whoever has this can ask whether the history is still the same. */
  readonly proof: { readonly revision: string; readonly hash: string };
  readonly contact?: Contact | undefined;
}

/** How the courier of an order comes along. Distances are as the crow flies, minutes are estimated. */
export interface CourierWay {
  /** `to_site`: on the way to the shop; `at_site`: there; `to_door`: on the way to the buyer; `none`: nobody yet, or done. */
  readonly leg: "none" | "to_site" | "at_site" | "to_door";
  /** What is left of the leg; absent while nobody knows where the courier is, or where the leg ends. */
  readonly left?: { readonly metres: number; readonly minutes: number } | undefined;
  /** Of the way from shop to door, in percent; while bringing it, and where both are known. */
  readonly donePercent?: number | undefined;
}

/** What a buyer proves a delivery with. */
export interface DeliveryPin {
  /** Four digits, which the buyer says to the courier; absent unless one is on the way to the door. */
  readonly pin?: string | undefined;
}

/** A site that is open and reaches a position. Distances as the crow flies, minutes estimated. */
export interface ReachingSiteView {
  readonly siteId: string;
  readonly name: string;
  readonly kind: SiteKind;
  readonly city: string;
  readonly openState: "open" | "closing_soon";
  readonly distanceMetres: number;
  readonly travelMinutes: number;
  readonly promisedMinutes: number;
  /** Of an order placed now: RFC 3339. */
  readonly promisedAt: string;
  readonly deliveryFee: Money;
}

/** What can be had at a position: the sites that reach it, the shortest way first. */
export interface NearView {
  readonly position: { readonly lat: number; readonly lon: number };
  readonly sites: readonly ReachingSiteView[];
}
