import type { PersonalData } from "../chain/personal.ts";
import type { Money, Quantity } from "../money/money.ts";

// The names and shapes below are what is stored, for ever. A new shape is a new version with an upcaster and a test
// that folds the old bytes (see the contract). Adding an optional field is free; changing a meaning is not.

export const orderStream = (orderId: string): string => `order-${orderId}`;

/** The order id of an order's stream, or undefined for any other stream. */
export const orderIdOf = (stream: string): string | undefined =>
  stream.startsWith("order-") ? stream.slice("order-".length) : undefined;

export type SiteKind = "restaurant" | "bakery" | "dark_store" | "warehouse";
export type DeliveryMethod = "courier" | "parcel";
export type Channel = "web" | "phone" | "api";

/** Failure types of the domain, with the class each belongs to. */
export const FAILURE_CLASS = {
  payment_timeout: "transient",
  payment_declined: "permanent",
  insufficient_funds: "permanent",
  payment_fraud: "permanent",
  restaurant_closed: "permanent",
  restaurant_rejected: "permanent",
  item_unavailable: "permanent",
  driver_unavailable: "transient",
  carrier_unavailable: "transient",
  service_unavailable: "transient",
  invalid_message: "poison",
  unknown: "transient",
} as const;
export type FailureType = keyof typeof FAILURE_CLASS;

/** Contact of the buyer, as it is before sealing and after opening. Coordinates are integer microdegrees. */
export interface Contact {
  readonly name: string;
  readonly phone?: string | undefined;
  readonly email?: string | undefined;
  readonly address?: string | undefined;
  readonly position?: { readonly lat: number; readonly lon: number } | undefined;
  readonly instructions?: string | undefined;
}

export interface OrderLine {
  readonly sku: string;
  readonly name: string;
  readonly quantity: Quantity;
  readonly unitPrice: Money;
  readonly price: Money;
  readonly tax: Money;
  readonly allergens: readonly string[];
  readonly binLocation?: string | undefined;
  readonly note?: PersonalData<string> | undefined;
  /** What the customer takes in its place when it is missing, best first; none: the line is refunded. */
  readonly substitutes?: readonly SubstituteOffer[] | undefined;
}

/** What may stand in for a line, in the line's quantity, frozen at the placing. */
export interface SubstituteOffer {
  readonly sku: string;
  readonly name: string;
  readonly unitPrice: Money;
  readonly price: Money;
  readonly tax: Money;
  readonly allergens: readonly string[];
  readonly binLocation?: string | undefined;
}

/** The part of an order that one site makes, with all that later steps need of the site. */
export interface PlacedFulfilment {
  readonly fulfilmentId: string;
  readonly siteId: string;
  readonly kind: SiteKind;
  readonly name: string;
  readonly city: string;
  readonly timeZone: string;
  readonly stations: readonly string[];
  readonly lines: readonly OrderLine[];
}

export interface OrderPlaced {
  readonly orderId: string;
  readonly customerId: string;
  /** Principal that placed it, `type:id`: a guest reads its own order by this. */
  readonly placedBy: string;
  readonly channel: Channel;
  readonly fulfilments: readonly PlacedFulfilment[];
  readonly subtotal: Money;
  readonly deliveryFee: Money;
  readonly tax: Money;
  readonly total: Money;
  readonly currency: string;
  readonly delivery: { readonly method: DeliveryMethod; readonly promisedAt: string };
  readonly paymentMethod: string;
  /** In which language the customer is written to; absent, English. */
  readonly language?: Language | undefined;
  /** Until when the reservation is held without payment. */
  readonly holdUntil: string;
  readonly contact: PersonalData<Contact>;
}

export interface MissingItem {
  readonly sku: string;
  readonly asked: number;
  readonly available: number;
}

/** By which way a customer is told something. */
export type NoticeChannel = "email" | "sms" | "push";

/** Languages that customers are written to in. */
export const LANGUAGES = ["en", "de"] as const;
export type Language = (typeof LANGUAGES)[number];

/** Why nobody tries any more to tell a customer something. */
export type GivenUp = "erased" | "no_channel" | "refused" | "not_reached";

/** Work that a consumer has set aside: an event that it could not handle, or an effect that failed for good. */
export interface SetAside {
  readonly consumer: string;
  readonly eventId?: string | undefined;
  readonly effectId?: string | undefined;
  /** Type of the event, or of the last one before the effect. */
  readonly eventType?: string | undefined;
}

type Fact<Type extends string, Data> = { readonly type: Type; readonly data: Data };

export type OrderEvent =
  | Fact<"order.placed", OrderPlaced>
  /** `ledgerAsked` false: refused before the ledger was asked, so there is nothing to release. */
  | Fact<"order.out_of_stock", { fulfilmentId: string; missing: readonly MissingItem[]; ledgerAsked: boolean }>
  /** An item was missing and the customer had allowed another: `refund` is what it costs less. */
  | Fact<
      "order.line_substituted",
      {
        fulfilmentId: string;
        sku: string;
        substitute: OrderLine;
        refund: Money;
        /** Under which fulfilment id the ledger has reserved the substitute: of a plan of its own. */
        reservedAs: string;
      }
    >
  | Fact<"order.line_removed", { fulfilmentId: string; sku: string; refund: Money; reason: string }>
  /** Other sites make what `fulfilmentId` would have been. Notes of its lines are sealed anew for this event. */
  | Fact<
      "order.rerouted",
      {
        fulfilmentId: string;
        reason: string;
        fulfilments: readonly PlacedFulfilment[];
        promisedAt?: string | undefined;
      }
    >
  | Fact<"order.cancelled", { by: string; reason?: PersonalData<string> | undefined; cause?: string | undefined }>
  | Fact<"order.picked_up", { courierId: string }>
  | Fact<"order.delivered", { courierId: string; proof?: PersonalData<string> | undefined }>
  | Fact<"stock.reserved", { fulfilmentId: string; ledger: string; ledgerRevision: string }>
  | Fact<"stock.released", { fulfilmentId: string; ledger: string; ledgerRevision: string; voided: boolean }>
  | Fact<"payment.processing", { intent: string; amount: Money }>
  | Fact<
      "payment.attempt_failed",
      { attempt: number; failureType: FailureType; reference: string; nextAttemptAt?: string | undefined }
    >
  /** `intent` is `none` where there was nothing to charge. */
  | Fact<"payment.confirmed", { intent: string; amount: Money }>
  | Fact<"payment.failed", { failureType: FailureType; attempts: number }>
  | Fact<"payment.cancelled", { intent: string }>
  | Fact<"payment.refunded", { refund: string; intent: string; amount: Money }>
  /** `refund`: one that the gateway had taken on, and that came to nothing afterwards. */
  | Fact<
      "payment.refund_failed",
      {
        attempt: number;
        failureType: FailureType;
        nextAttemptAt?: string | undefined;
        refund?: string | undefined;
        amount?: Money | undefined;
      }
    >
  | Fact<
      "restaurant.notified",
      {
        fulfilmentId: string;
        notificationId: string;
        status: string;
        acknowledgedAt: string;
        /** Until when the site must answer. */
        answerBy: string;
      }
    >
  | Fact<
      "restaurant.notification_failed",
      { fulfilmentId: string; attempt: number; failureType: FailureType; nextAttemptAt?: string | undefined }
    >
  | Fact<"restaurant.accepted", { fulfilmentId: string }>
  /** `alternative`: `sought` keeps the order open until another site was found or not; absent or `none` ends it. */
  | Fact<"restaurant.rejected", { fulfilmentId: string; reason: string; alternative?: "sought" | "none" | undefined }>
  | Fact<"kitchen.stage_started", { fulfilmentId: string; stage: string }>
  | Fact<"kitchen.stage_completed", { fulfilmentId: string; stage: string }>
  | Fact<"kitchen.item_unavailable", { fulfilmentId: string; sku: string }>
  | Fact<"kitchen.recalled", { fulfilmentId: string; stage: string }>
  | Fact<"kitchen.ready", { fulfilmentId: string }>
  /** `arriveBy`: until when the courier must be at the site, not to count as a no-show. */
  | Fact<
      "driver.assigned",
      {
        courierId: string;
        attempt: number;
        acceptBy: string;
        etaAt?: string | undefined;
        arriveBy?: string | undefined;
      }
    >
  | Fact<"driver.accepted", { courierId: string }>
  | Fact<"driver.declined", { courierId: string; attempt: number; reason: string }>
  | Fact<"driver.arrived", { courierId: string }>
  | Fact<"driver.no_show", { courierId: string; attempt: number }>
  | Fact<"driver.unavailable", { attempt: number }>
  | Fact<
      "shipment.attempt_failed",
      { fulfilmentId: string; attempt: number; failureType: FailureType; nextAttemptAt: string }
    >
  /**
   * The carrier is being asked to book: recorded before, so that whatever becomes of the asking, the next one knows of
   * it. `request` counts them, from 1.
   */
  | Fact<"shipment.requested", { fulfilmentId: string; request: number; reference: string }>
  /** `reference` is ours, `booking` the carrier's. */
  | Fact<
      "shipment.scheduled",
      { fulfilmentId: string; reference: string; booking: string; trackingNumber?: string | undefined }
    >
  | Fact<"shipment.shipped", { fulfilmentId: string; booking: string; shippedAt: string }>
  /** `notice` is what is told, once in an order's life: `shipped/1.1`. */
  | Fact<"notification.sent", { notice: string; channel: NoticeChannel; messageId: string }>
  /** Without `nextAttemptAt` it is given up. */
  | Fact<
      "notification.failed",
      {
        notice: string;
        channel: NoticeChannel;
        attempt: number;
        failureType: FailureType;
        nextAttemptAt?: string | undefined;
        /** Why it was given up. */
        reason?: GivenUp | undefined;
      }
    >
  /** `rules` that spoke against the order, and what of it was looked at, without personal data. */
  | Fact<"fraud.detected", { rules: readonly string[]; facts?: Readonly<Record<string, number>> | undefined }>
  | Fact<"processing.parked", SetAside & { failureType: FailureType; failureClass: string }>
  | Fact<"processing.redriven", SetAside & { rule?: string | undefined; reason?: PersonalData<string> | undefined }>
  | Fact<"processing.discarded", SetAside & { reason?: PersonalData<string> | undefined }>;

export type OrderEventType = OrderEvent["type"];
