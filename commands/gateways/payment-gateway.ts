import type { Money } from "../../domain/money/money.ts";
import type { Answer, GatewayFailure } from "./answer.ts";

export const PAYMENT_STATUSES = [
  "requires_payment_method",
  "requires_confirmation",
  "processing",
  "succeeded",
  "canceled",
] as const;
export type PaymentStatus = (typeof PAYMENT_STATUSES)[number];

/** A payment intent as the gateway has it now. */
export interface PaymentState {
  readonly status: PaymentStatus;
  /** Why the last try to charge it failed, if one did and none has succeeded since. */
  readonly lastError?: GatewayFailure | undefined;
}

export interface IntentRequest {
  readonly orderId: string;
  readonly amount: Money;
  readonly paymentMethod: string;
  readonly customerId: string;
}

export interface RefundRequest {
  readonly intent: string;
  readonly amount: Money;
  /** Ours, one for each refund that is owed: the same reference is refunded once, however often it is asked for. */
  readonly reference: string;
}

export interface RefundState {
  /** The gateway's id of the refund. */
  readonly refund: string;
  readonly reference: string | undefined;
  readonly amount: Money;
  /** A refund on its way to the customer's bank is `pending`; it is made, and not to be made again. */
  readonly status: "succeeded" | "pending" | "failed";
}

/**
 * The payment gateway. An order has one intent: it is created, its id is stored, and only then is it confirmed. What a
 * call came to is unknown after a transient failure: `retrieve` tells, and is asked before the next try.
 */
export interface PaymentGateway {
  /** Creates an intent; nothing is charged by that. */
  create(request: IntentRequest): Promise<Answer<{ readonly intent: string }>>;
  retrieve(intent: string): Promise<Answer<PaymentState>>;
  /** Charges it. An intent that can no longer be charged is no failure: the state says what it is instead. */
  confirm(intent: string, paymentMethod: string): Promise<Answer<PaymentState>>;
  /** Cancels it, unless it was paid first: the state says which of the two came first. */
  cancel(intent: string): Promise<Answer<PaymentState>>;
  /** Gives money back, once for each reference. */
  refund(request: RefundRequest): Promise<Answer<RefundState>>;
  /** All refunds of an intent, the newest first. */
  refunds(intent: string): Promise<Answer<readonly RefundState[]>>;
}
