import type { FailureType } from "../../domain/order/events.ts";

/** Why a call to the outside did not do what it was for. Classified by types and codes, never by words. */
export interface GatewayFailure {
  /** `transient`: the same call may succeed later, and may even have been done. `permanent`: it never will. */
  readonly class: "transient" | "permanent";
  readonly type: FailureType;
  /** For people who look into it; holds no personal data. */
  readonly message: string;
  /** What the other side calls the failed attempt, where it has a name for it (a declined charge). */
  readonly reference?: string | undefined;
  /** The other side works and has answered for one case of many (an issuer that is away): nothing against its circuit. */
  readonly answered?: true | undefined;
  /** The other side was never asked: its circuit is open, or too many calls wait already. */
  readonly notAsked?: true | undefined;
}

/** What a call to the outside comes to. Gateways answer with this and do not throw. */
export type Answer<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly failure: GatewayFailure };

export const answered = <Value>(value: Value): Answer<Value> => ({ ok: true, value });

export const failed = (failure: GatewayFailure): Answer<never> => ({ ok: false, failure });

/**
 * A failure that its process manager has no event for. Thrown by `perform`, the runner deals with it: a transient one
 * is tried again and ends as a dead letter, a permanent one is a dead letter at once.
 */
export class OutsideError extends Error {
  readonly code = "outside_failed";
  readonly failure: GatewayFailure;

  /** @param what was not done, for people: "the offer did not reach the courier" */
  constructor(what: string, failure: GatewayFailure) {
    super(`${what}: ${failure.message}`);
    this.failure = failure;
  }
}
