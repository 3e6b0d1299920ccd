import type { Outcome } from "../base/simulator.ts";
import type { Intent, PaymentChange, PaymentError } from "./objects.ts";

/** What the gateway makes of a request. */
export interface PaymentOutcome extends Outcome<PaymentChange> {
  /** Turned away before anything was begun: such an answer is not stored under an idempotency key. */
  readonly notBegun?: true;
}

type Failure = PaymentOutcome;

interface InvalidRequest {
  readonly code?: string;
  readonly param?: string;
  readonly message: string;
  readonly intent?: Intent;
}

/** Stripe's answer to a request that cannot be followed. */
export const invalidRequest = (status: number, { intent, ...error }: InvalidRequest): Failure => ({
  status,
  answer: {
    error: { type: "invalid_request_error", ...error, ...(intent === undefined ? {} : { payment_intent: intent }) },
  },
});

export const unexpectedState = (intent: Intent, verb: string): Failure =>
  invalidRequest(400, {
    code: "payment_intent_unexpected_state",
    message: `You cannot ${verb} this PaymentIntent because it has a status of ${intent.status}.`,
    intent,
  });

export const missing = (param: string, id: string): Failure => ({
  ...invalidRequest(param === "intent" ? 404 : 400, {
    code: "resource_missing",
    param,
    message: `No such ${param}: '${id}'`,
  }),
  notBegun: true,
});

export const cardRefused = (error: PaymentError, intent: Intent): Failure => ({
  status: 402,
  answer: { error: { ...error, payment_intent: intent } },
});

export const serverFault: Failure = {
  status: 500,
  answer: { error: { type: "api_error", message: "An unknown error occurred" } },
};

export const unauthenticated: Failure = {
  status: 401,
  answer: { error: { type: "invalid_request_error", message: "Invalid API Key provided" } },
};

export const keyUsedOtherwise: Failure = {
  status: 400,
  answer: {
    error: {
      type: "idempotency_error",
      message: "Keys for idempotent requests can only be used with the same endpoint and parameters as the first time.",
    },
  },
};

export const keyInUse: Failure = invalidRequest(409, {
  code: "idempotency_key_in_use",
  message: "There is currently another in-progress request using this Idempotent Key.",
});
