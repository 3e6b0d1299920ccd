/** Keys cannot be read or made at the moment, and nothing was begun: answered with 503 and Retry-After. */
export class KeysUnavailableError extends Error {
  readonly code = "keys_unavailable";
  readonly statusCode = 503;
  /** Seconds, for Retry-After. */
  readonly retryAfter = 5;
}

/** The customer's key was forgotten: nothing can be sealed or opened for them any more. */
export class KeyForgottenError extends Error {
  readonly code = "key_forgotten";
  readonly customerId: string;
  constructor(customerId: string) {
    super(`the key of customer ${customerId} was forgotten`);
    this.customerId = customerId;
  }
}

/** Something that is no customer id was given for one. */
export class CustomerIdError extends Error {
  readonly code = "customer_id_invalid";
}
