import { z } from "zod";
import { cardRefused, invalidRequest, missing, type PaymentOutcome, unexpectedState } from "./errors.ts";
import type { Charge, Intent, PaymentError, PaymentState, Refund } from "./objects.ts";

/** What a decision needs besides the state: seconds of the epoch, and a source of ids. */
export interface Context {
  readonly now: number;
  newId(prefix: "pi" | "ch" | "re"): string;
}

const declined = (code: string, declineCode: string | undefined, message: string): PaymentError => ({
  type: "card_error",
  code,
  ...(declineCode === undefined ? {} : { decline_code: declineCode }),
  message,
});

/** Stripe's test payment methods, and what their issuer says. */
const PAYMENT_METHODS: Readonly<Record<string, PaymentError | "pays">> = {
  pm_card_visa: "pays",
  pm_card_mastercard: "pays",
  pm_card_chargeDeclined: declined("card_declined", "generic_decline", "Your card was declined."),
  pm_card_chargeDeclinedInsufficientFunds: declined("card_declined", "insufficient_funds", "Insufficient funds."),
  pm_card_insufficientFunds: declined("card_declined", "insufficient_funds", "Insufficient funds."),
  pm_card_chargeDeclinedFraudulent: declined("card_declined", "fraudulent", "Your card was declined."),
  pm_card_chargeDeclinedExpiredCard: declined("expired_card", undefined, "Your card has expired."),
  pm_card_chargeDeclinedProcessingError: declined("processing_error", undefined, "An error occurred; try again."),
};

const amount = z.coerce.number().int().min(1).max(99_999_999);
const metadata = z.record(z.string(), z.string().max(500)).default({});

const creation = z.strictObject({
  amount,
  currency: z.string().regex(/^[a-z]{3}$/),
  payment_method: z.string().optional(),
  automatic_payment_methods: z.record(z.string(), z.string()).optional(),
  description: z.string().optional(),
  metadata,
});
const confirmation = z.strictObject({
  payment_method: z.string().optional(),
  error_on_requires_action: z.enum(["true", "false"]).optional(),
});
const cancellation = z.strictObject({ cancellation_reason: z.string().optional() });
const refunding = z.strictObject({
  payment_intent: z.string(),
  amount: amount.optional(),
  reason: z.enum(["duplicate", "fraudulent", "requested_by_customer"]).optional(),
  metadata,
});

/** The parameters, or Stripe's complaint about the first that is wrong. */
function read<T>(schema: z.ZodType<T>, params: unknown): { params: T } | { complaint: PaymentOutcome } {
  const parsed = schema.safeParse(params ?? {});
  if (parsed.success) return { params: parsed.data };
  const issue = parsed.error.issues[0];
  const unknown = issue?.code === "unrecognized_keys" ? issue.keys[0] : undefined;
  const param = unknown ?? issue?.path.join(".") ?? "";
  return {
    complaint: {
      ...invalidRequest(400, {
        code: unknown === undefined ? "parameter_invalid" : "parameter_unknown",
        param,
        message: `${param}: ${issue?.message ?? "invalid"}`,
      }),
      notBegun: true,
    },
  };
}

const done = (object: Intent | Refund, ...others: (Intent | Charge | Refund)[]): PaymentOutcome => ({
  status: 200,
  answer: object,
  changes: [object, ...others].map((put) => ({ put })),
});

export function createIntent(_state: PaymentState, body: unknown, context: Context): PaymentOutcome {
  const asked = read(creation, body);
  if ("complaint" in asked) return asked.complaint;
  const { params } = asked;
  const method = params.payment_method;
  if (method !== undefined && PAYMENT_METHODS[method] === undefined) return missing("payment_method", method);
  return done({
    id: context.newId("pi"),
    object: "payment_intent",
    amount: params.amount,
    amount_received: 0,
    currency: params.currency,
    status: method === undefined ? "requires_payment_method" : "requires_confirmation",
    payment_method: method ?? null,
    last_payment_error: null,
    latest_charge: null,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: "automatic",
    created: context.now,
    description: params.description ?? null,
    livemode: false,
    metadata: params.metadata,
  });
}

/** Charges the card. An intent is charged once: one that has succeeded or was cancelled cannot be confirmed. */
export function confirmIntent(state: PaymentState, id: string, body: unknown, context: Context): PaymentOutcome {
  const intent = state.intents.get(id);
  if (intent === undefined) return missing("intent", id);
  const asked = read(confirmation, body);
  if ("complaint" in asked) return asked.complaint;
  if (intent.status === "succeeded" || intent.status === "canceled") return unexpectedState(intent, "confirm");
  const method = asked.params.payment_method ?? intent.payment_method;
  if (method === null) return unexpectedState(intent, "confirm");
  const verdict = PAYMENT_METHODS[method];
  if (verdict === undefined) return missing("payment_method", method);

  const pays = verdict === "pays";
  const charge: Charge = {
    id: context.newId("ch"),
    object: "charge",
    amount: intent.amount,
    amount_refunded: 0,
    captured: pays,
    created: context.now,
    currency: intent.currency,
    metadata: intent.metadata,
    paid: pays,
    payment_intent: intent.id,
    status: pays ? "succeeded" : "failed",
  };
  if (pays) {
    const paid: Intent = {
      ...intent,
      status: "succeeded",
      amount_received: intent.amount,
      payment_method: method,
      last_payment_error: null,
      latest_charge: charge.id,
    };
    return done(paid, charge);
  }
  const refused: PaymentError = { ...verdict, charge: charge.id };
  const unpaid: Intent = {
    ...intent,
    status: "requires_payment_method",
    payment_method: null,
    last_payment_error: refused,
    latest_charge: charge.id,
  };
  return { ...cardRefused(refused, unpaid), changes: [{ put: unpaid }, { put: charge }] };
}

/** Cancels an intent that has not been paid. Whichever of this and a confirmation comes first wins. */
export function cancelIntent(state: PaymentState, id: string, body: unknown, context: Context): PaymentOutcome {
  const intent = state.intents.get(id);
  if (intent === undefined) return missing("intent", id);
  const asked = read(cancellation, body);
  if ("complaint" in asked) return asked.complaint;
  if (intent.status === "succeeded" || intent.status === "canceled") return unexpectedState(intent, "cancel");
  return done({
    ...intent,
    status: "canceled",
    canceled_at: context.now,
    cancellation_reason: asked.params.cancellation_reason ?? null,
  });
}

/** Gives back all that is left of a charge, or a part of it; never more than was taken. */
export function createRefund(state: PaymentState, body: unknown, context: Context): PaymentOutcome {
  const asked = read(refunding, body);
  if ("complaint" in asked) return asked.complaint;
  const { params } = asked;
  const intent = state.intents.get(params.payment_intent);
  if (intent === undefined) return missing("payment_intent", params.payment_intent);
  const charge = intent.latest_charge === null ? undefined : state.charges.get(intent.latest_charge);
  if (intent.status !== "succeeded" || charge === undefined) {
    return invalidRequest(400, { message: "This PaymentIntent does not have a successful charge to refund.", intent });
  }
  const left = charge.amount - charge.amount_refunded;
  if (left === 0) {
    return invalidRequest(400, {
      code: "charge_already_refunded",
      message: `Charge ${charge.id} is refunded already.`,
    });
  }
  const refunded = params.amount ?? left;
  if (refunded > left) {
    return invalidRequest(400, {
      code: "amount_too_large",
      param: "amount",
      message: `Refund amount (${refunded}) is greater than unrefunded amount on charge (${left})`,
    });
  }
  const refund: Refund = {
    id: context.newId("re"),
    object: "refund",
    amount: refunded,
    charge: charge.id,
    created: context.now,
    currency: charge.currency,
    metadata: params.metadata,
    payment_intent: intent.id,
    reason: params.reason ?? null,
    status: "succeeded",
  };
  const changed: Charge = { ...charge, amount_refunded: charge.amount_refunded + refunded };
  return { ...done(refund), changes: [{ put: refund }, { put: changed }] };
}

/** The customer's bank sends the money back: the refund comes to nothing, and the amount can be refunded again. */
export function failRefund(state: PaymentState, id: string): PaymentOutcome {
  const refund = state.refunds.get(id);
  const charge = refund && state.charges.get(refund.charge);
  if (refund === undefined || charge === undefined) return missing("refund", id);
  if (refund.status === "failed") return { status: 200, answer: refund };
  const failed: Refund = { ...refund, status: "failed", failure_reason: "lost_or_stolen_card" };
  const changed: Charge = { ...charge, amount_refunded: charge.amount_refunded - refund.amount };
  return { ...done(failed), changes: [{ put: failed }, { put: changed }] };
}
