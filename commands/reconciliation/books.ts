import type { Money } from "../../domain/money/money.ts";
import type { Answer } from "../gateways/answer.ts";
import type { PaymentStatus } from "../gateways/payment-gateway.ts";

// What the outside systems know, as reconciliation reads it: by time, in pages, whoever asked for it. Times are epoch
// milliseconds of the other side's clock.

/** A part of a list, and the place to go on from; none: it was the last. */
export interface BookPage<Entry> {
  readonly entries: readonly Entry[];
  readonly next: string | undefined;
}

/** A payment intent as the gateway has it. */
export interface BookedIntent {
  readonly intent: string;
  /** Ours, given at the creation; undefined where it was not made by us. */
  readonly orderId: string | undefined;
  readonly status: PaymentStatus;
  /** What was captured, 0 where nothing was. */
  readonly captured: Money;
  readonly at: number;
}

/** A refund as the gateway has it. */
export interface BookedRefund {
  readonly refund: string;
  readonly intent: string | undefined;
  /** The reference that we gave it. */
  readonly reference: string | undefined;
  readonly amount: Money;
  readonly status: "succeeded" | "pending" | "failed";
  readonly at: number;
}

/** The payment gateway's books. Lists are newest first. */
export interface PaymentBooks {
  intents(from: number, after: string | undefined): Promise<Answer<BookPage<BookedIntent>>>;
  refunds(from: number, after: string | undefined): Promise<Answer<BookPage<BookedRefund>>>;
  /** Refunds that came to nothing since a time, whenever they were made. */
  failedRefunds(from: number, after: string | undefined): Promise<Answer<BookPage<BookedRefund>>>;
  /** Undefined where the gateway knows no such intent. */
  intent(intent: string): Promise<Answer<BookedIntent | undefined>>;
}

/** A parcel as the carrier has it. */
export interface BookedParcel {
  readonly booking: string;
  readonly reference: string;
  readonly trackingNumber: string | undefined;
  readonly status: "booked" | "shipped" | "cancelled";
  readonly shippedAt: string | undefined;
  readonly at: number;
}

/** The carrier's books. Lists are oldest first. */
export interface CarrierBooks {
  parcels(from: number, after: string | undefined): Promise<Answer<BookPage<BookedParcel>>>;
  /** All bookings under a reference of ours; what was booked a moment ago may not be in it yet. */
  ofReference(reference: string): Promise<Answer<readonly BookedParcel[]>>;
}

/** Which orders there are, by the read models; they may lag behind, so that the stream decides. */
export interface OrderBooks {
  /** Ids of orders that were paid, placed from a time until another, in pages by an order. */
  paid(from: number, until: number, after: string | undefined): Promise<BookPage<string>>;
  /** Ids of open orders that were placed before a time, the oldest first, at most `limit`. */
  open(placedBefore: number, limit: number): Promise<readonly string[]>;
}
