import type { Sealed } from "../domain/chain/sealing.ts";
import type { Money, Quantity } from "../domain/money/money.ts";
import type { Channel, Contact, DeliveryMethod, FailureType, MissingItem, SiteKind } from "../domain/order/events.ts";
import type { OrderStatus } from "../domain/order/state.ts";
import type { SiteDetails } from "../domain/site/site.ts";

// What the read side shows: answers of the read API, snapshots and deltas of topics. Types only; pages import them.

/** A past step of an order, for trackers: which event, when, and for which station. */
export interface Milestone {
  readonly type: string;
  readonly at: string;
  readonly fulfilmentId?: string | undefined;
  readonly stage?: string | undefined;
}

/** A customer's or agent's view of one order. Topic `order.<orderId>`; a delta carries the whole view. */
export interface OrderView {
  readonly orderId: string;
  /** Short number that people say to each other: the first six characters of the id, upper case. */
  readonly number: string;
  readonly status: OrderStatus;
  readonly channel: Channel;
  readonly customerId: string;
  readonly placedBy: string;
  readonly placedAt: string;
  readonly promisedAt: string;
  readonly method: DeliveryMethod;
  readonly subtotal: Money;
  readonly deliveryFee: Money;
  readonly tax: Money;
  readonly total: Money;
  readonly fulfilments: readonly FulfilmentView[];
  readonly payment: {
    readonly status: "none" | "processing" | "confirmed" | "failed" | "cancelled";
    readonly attempts: number;
    readonly nextAttemptAt?: string | undefined;
    readonly refunded: number;
  };
  readonly courier: {
    readonly courierId?: string | undefined;
    /** How many couriers it was assigned to so far. */
    readonly attempt: number;
    readonly accepted: boolean;
    readonly arrived: boolean;
  };
  readonly missing: readonly MissingItem[];
  readonly failure?: FailureType | undefined;
  /** Reason of a rejection, as a code: `no_answer`, `auto_rejected_closing_time`, or the site's own. */
  readonly rejection?: string | undefined;
  readonly milestones: readonly Milestone[];
  /** Revision of the last event seen in the order's stream: the ETag. */
  readonly revision: string;
  /** Opened for the buyer, the courier that has the order, support and admins; absent for others and in topics. */
  readonly contact?: Contact | undefined;
}

export interface FulfilmentView {
  readonly fulfilmentId: string;
  readonly siteId: string;
  readonly siteName: string;
  readonly kind: SiteKind;
  readonly city: string;
  readonly timeZone: string;
  readonly stations: readonly string[];
  readonly lines: readonly {
    readonly sku: string;
    readonly name: string;
    readonly quantity: Quantity;
    readonly price: Money;
    /** Name of the missing item whose place it takes. */
    readonly insteadOf?: string | undefined;
    /** It was missing and is given back. */
    readonly leftOut?: true | undefined;
  }[];
  readonly notified: boolean;
  readonly accepted: boolean;
  readonly rejected: boolean;
  /** Why another site is looked for, as a code; absent when none is. */
  readonly seeking?: string | undefined;
  readonly started: readonly string[];
  readonly completed: readonly string[];
  readonly ready: boolean;
  /** Once the carrier has been asked to take it. */
  readonly parcel?: ParcelView | undefined;
}

/** A parcel with the carrier. Times are RFC 3339. */
export interface ParcelView {
  /** Since when its booking is known. */
  readonly bookedAt?: string | undefined;
  readonly trackingNumber?: string | undefined;
  readonly shippedAt?: string | undefined;
  /** When the booking is tried again; undefined where none has failed, or it is booked. */
  readonly nextAttemptAt?: string | undefined;
}

/** A sealed value with the customer under whose key, and the place at which, it opens. */
export interface SealedAt {
  readonly customerId: string;
  readonly stream: string;
  readonly eventId: string;
  readonly sealed: Sealed;
}

/**
 * One line of a kitchen ticket. The note travels sealed and is opened for the site's own staff only; where it could not
 * be opened at once, `sealedNote` stays, and the kitchen's queue (GET) has it.
 */
export interface TicketLine {
  readonly sku: string;
  readonly name: string;
  readonly quantity: Quantity;
  readonly allergens: readonly string[];
  readonly binLocation?: string | undefined;
  readonly note?: string | undefined;
  readonly sealedNote?: SealedAt | undefined;
  /** `missing`: reported, and nobody has decided yet; `left_out`: not made. */
  readonly state?: "missing" | "left_out" | undefined;
  /** Name of the missing item whose place it takes. */
  readonly insteadOf?: string | undefined;
  /** Names of what the customer takes in its place when it is missing, best first. */
  readonly substitutes?: readonly string[] | undefined;
}

/** Data of a snapshot of topic `kitchen.<siteId>`. */
export interface KitchenQueue {
  readonly tickets: readonly TicketView[];
}

/** Data of a delta of topic `kitchen.<siteId>`. `also`: further tickets of the same site changed by the same event. */
export interface KitchenDelta {
  readonly ticket: TicketView;
  readonly also?: readonly TicketView[] | undefined;
}

/** A site's view of one fulfilment. */
export interface TicketView {
  readonly orderId: string;
  readonly fulfilmentId: string;
  readonly number: string;
  readonly siteId: string;
  /** `new` waits for an answer; `done` has left the kitchen; `cancelled` stays until acknowledged on the display. */
  readonly status: "new" | "accepted" | "working" | "ready" | "done" | "cancelled" | "rejected";
  readonly receivedAt: string;
  readonly promisedAt: string;
  readonly stations: readonly string[];
  readonly started: readonly string[];
  readonly completed: readonly string[];
  readonly lines: readonly TicketLine[];
  /** Time of the last change. */
  readonly changedAt: string;
  readonly courier: { readonly assigned: boolean; readonly arrived: boolean };
  /** The other parts of a split order, and how far their sites are; absent when there are none. */
  readonly alsoAt?: readonly TicketElsewhere[] | undefined;
  /** Name of the site that was to make it before, where this one took it over. */
  readonly takenFrom?: string | undefined;
  /** Name of the site that makes it now, where this one does not. */
  readonly givenTo?: string | undefined;
  /** Seconds of business time since it was received; in answers of the queue only, since it changes by itself. */
  readonly ageSeconds?: number | undefined;
}

/** A part of the same order that another site makes. */
export interface TicketElsewhere {
  readonly fulfilmentId: string;
  readonly siteId: string;
  readonly siteName: string;
  /** Absent until that site was notified. */
  readonly status?: TicketView["status"] | undefined;
  /** Stations that are being worked at, and stations done, while it is in work. */
  readonly started: readonly string[];
  readonly completed: readonly string[];
}

/** One event of an order's timeline. */
export interface TimelineEntry {
  readonly revision: string;
  readonly id: string;
  readonly type: string;
  /** Business time. */
  readonly at: string;
  readonly actor: { readonly type: string; readonly id: string; readonly onBehalfOf?: string | undefined };
  /** What happened, as support can read it out. */
  readonly sentence: string;
  /** As stored: personal data stays sealed. */
  readonly data: unknown;
  readonly cause: Cause;
  /** How the order stood; absent before it was placed. */
  readonly status: { readonly before?: OrderStatus | undefined; readonly after?: OrderStatus | undefined };
  readonly changes: readonly FactChange[];
  /** Milliseconds of business time since the step before; absent for the first. */
  readonly sinceBeforeMs?: number | undefined;
  /** That is longer than the step may take by the business's own rules. */
  readonly gap?: { readonly limitMs: number } | undefined;
  /** What somebody typed with it (a reason, a proof), opened for those who may know the order's contact. */
  readonly typed?: string | undefined;
  /** The command that recorded it. */
  readonly cmd: string;
  readonly correlationId: string;
  readonly causationId: string;
  readonly hash: string;
  /** Commit position in the log. */
  readonly position: string;
}

/** A value that something said of an order has; absent where there is nothing to say. */
export type FactValue = string | number | boolean | undefined;

/** Something said of an order that an event changed, in words: `payment` from `begun` to `confirmed`. */
export interface FactChange {
  readonly what: string;
  readonly before?: FactValue;
  readonly after?: FactValue;
}

/** What caused an event. */
export interface Cause {
  /**
   * `event`: another event of the order. `process`: a step that a process owed the order. `order`: the course of the
   * order itself. `request`: somebody asked for it.
   */
  readonly kind: "event" | "process" | "order" | "request";
  /** As the envelope has it. */
  readonly id: string;
  /** Which process: `payment`, `restaurant`, `courier`, `stock`. */
  readonly process?: string | undefined;
  /** The event that it followed from; of `order`, the newest before it. */
  readonly event?: { readonly revision: string; readonly id: string; readonly type: string } | undefined;
  /** It happened because a time that the event had set was over. */
  readonly deadline?: boolean | undefined;
}

/** A site as shops list it. */
export interface SiteView extends SiteDetails {
  readonly siteId: string;
  readonly status: "open" | "suspended" | "closed";
}

/** A site in a list of sites: without its menu, which can name thousands of SKUs. */
export type SiteSummary = Omit<SiteView, "menu">;

/** An item on a site's menu with what is in stock there; `available` 0 is sold out and still shown. */
export interface MenuItem {
  readonly sku: string;
  readonly name: string;
  readonly description: string;
  readonly price: Money;
  /** Tax in the price: 700 is 7%. */
  readonly taxBasisPoints: number;
  readonly unit: "each" | "g";
  readonly allergens: readonly string[];
  readonly emoji?: string | undefined;
  /** Address of its picture. */
  readonly picture?: string | undefined;
  readonly available: number;
}

/** A customer as staff and the customer see them. */
export interface CustomerView {
  readonly customerId: string;
  /** Registered with an order and for that order only. */
  readonly guest: boolean;
  /** No orders are taken from them. */
  readonly held: boolean;
  /** RFC 3339. */
  readonly registeredAt: string;
  readonly contact: Contact;
  /** Of the customer's stream: the ETag. */
  readonly revision: string;
}

/** A courier's own view: shift and the order in hand or offered. */
export interface CourierView {
  readonly courierId: string;
  readonly onShift: boolean;
  readonly city?: string | undefined;
  readonly orderId?: string | undefined;
}

/** Where a courier stands with an order. */
export type JobStage = "offered" | "accepted" | "arrived" | "picked_up";

/** The order that is offered to a courier, or theirs. Times are RFC 3339, business time; ways are estimates. */
export interface CourierJob {
  readonly orderId: string;
  /** Short number that people say to each other. */
  readonly number: string;
  /** How many couriers it was assigned to so far, this one included. */
  readonly attempt: number;
  readonly stage: JobStage;
  /** Until when the offer stands; only while it is one. */
  readonly acceptBy?: string | undefined;
  /** Until when the courier must be at the site. */
  readonly arriveBy?: string | undefined;
  readonly promisedAt: string;
  /** Every site has finished its part. */
  readonly ready: boolean;
  /** Where it is fetched, in the order's sequence. */
  readonly pickups: readonly {
    readonly siteId: string;
    readonly name: string;
    /** Integer microdegrees. */
    readonly position?: { readonly lat: number; readonly lon: number } | undefined;
    readonly ready: boolean;
  }[];
  /** From the first site to the door; absent where nobody knows where the door is. */
  readonly way?: { readonly metres: number; readonly minutes: number } | undefined;
  /** How many different things are to be carried. */
  readonly parts: number;
  /** To whom, and what: from acceptance to delivery only. */
  readonly dropOff?: Contact | undefined;
  readonly carry?: readonly { readonly name: string; readonly quantity: Quantity }[] | undefined;
}

/** What a courier has to do now. Topic `courier.<courierId>` tells when to ask for it again. */
export interface CourierWork {
  readonly courierId: string;
  readonly onShift: boolean;
  readonly city?: string | undefined;
  /** Business time of the answer, to count down by on a clock that goes otherwise. */
  readonly at: string;
  readonly job?: CourierJob | undefined;
}

/** How every answer of the read side says what it shows: position of its read model and when that was written. */
export interface Freshness {
  /** Decimal string; opaque outside. */
  readonly position: string;
  /** Milliseconds between the last event applied and now, as far as the read model knows; 0 when it is caught up. */
  readonly ageMs: number;
}
