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
}

/** What a call to the outside comes to. Gateways answer with this and do not throw. */
export type Answer<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly failure: GatewayFailure };

export const answered = <Value>(value: Value): Answer<Value> => ({ ok: true, value });

export const failed = (failure: GatewayFailure): Answer<never> => ({ ok: false, failure });
