import Stripe from "stripe";
import type { FailureType } from "../../domain/order/events.ts";
import type { GatewayFailure } from "./answer.ts";

const { errors } = Stripe;

/** Issuers' answers that say: not now, try again. Every other decline is final for this card. */
const TRY_AGAIN = new Set(["processing_error", "issuer_not_available", "reenter_transaction", "try_again_later"]);

/** Issuers' answers that mean the card should not have been used at all. */
const FRAUD = new Set(["fraudulent", "stolen_card", "lost_card", "pickup_card", "merchant_blacklist"]);

const SHORT_OF_FUNDS = new Set(["insufficient_funds", "card_velocity_exceeded", "withdrawal_count_limit_exceeded"]);

/** Parameters of ours that come from the customer's choice, so that a fault in them is theirs to mend. */
const CUSTOMERS_CHOICE = new Set(["payment_method"]);

interface Decline {
  readonly code?: string | undefined;
  readonly decline_code?: string | undefined;
  readonly charge?: string | undefined;
}

/** A card that was refused, whether just now (an error) or earlier (an intent's last error). */
export function declineFailure({ code, decline_code, charge }: Decline): GatewayFailure {
  // An issuer's reason is more exact than the code; codes such as `expired_card` come without one.
  const reason = decline_code || code || "unknown";
  const common = { message: `the card was refused: ${reason}`, reference: charge };
  if (TRY_AGAIN.has(reason)) return { class: "transient", type: "service_unavailable", answered: true, ...common };
  const type: FailureType = FRAUD.has(reason)
    ? "payment_fraud"
    : SHORT_OF_FUNDS.has(reason)
      ? "insufficient_funds"
      : "payment_declined";
  return { class: "permanent", type, ...common };
}

const isTimeout = (detail: unknown): boolean =>
  detail instanceof Error && "code" in detail && detail.code === "ETIMEDOUT";

/**
 * The failure that an error of the SDK means; undefined for an error that is not the SDK's.
 *
 * A key that is refused is taken as transient: an order must not fail because an installation is set up wrongly.
 */
export function stripeFailure(error: unknown): GatewayFailure | undefined {
  if (!(error instanceof errors.StripeError)) return undefined;
  const message = [error.type, error.code, error.statusCode, error.requestId].filter(Boolean).join(" ");
  if (error instanceof errors.StripeCardError) return declineFailure(error);
  if (error instanceof errors.StripeConnectionError) {
    const type = isTimeout(error.detail) ? "payment_timeout" : "service_unavailable";
    return { class: "transient", type, message };
  }
  if (error instanceof errors.StripeIdempotencyError) return { class: "permanent", type: "invalid_message", message };
  if (error instanceof errors.StripeInvalidRequestError) {
    const type = CUSTOMERS_CHOICE.has(error.param ?? "") ? "payment_declined" : "invalid_message";
    return { class: "permanent", type, message };
  }
  const named =
    error instanceof errors.StripeAPIError ||
    error instanceof errors.StripeRateLimitError ||
    error instanceof errors.StripeAuthenticationError ||
    error instanceof errors.StripePermissionError;
  return { class: "transient", type: named ? "service_unavailable" : "unknown", message };
}

/** The intent was paid or cancelled meanwhile, so that it can be neither confirmed nor cancelled any more. */
export const isUnexpectedState = (error: unknown): boolean =>
  error instanceof errors.StripeInvalidRequestError && error.code === "payment_intent_unexpected_state";

/** A server fault of earlier that is repeated because the idempotency key is the same: this request did nothing. */
export const isStoredFault = (error: unknown): boolean =>
  error instanceof errors.StripeAPIError &&
  (error.statusCode ?? 0) >= 500 &&
  error.headers?.["idempotent-replayed"] === "true";
