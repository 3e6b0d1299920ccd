import { canonicalJson } from "../../../domain/chain/canonical-json.ts";
import type { Mood } from "../base/switches.ts";
import { keyUsedOtherwise, type PaymentOutcome, serverFault } from "./errors.ts";
import type { PaymentState } from "./objects.ts";

/** How long Stripe keeps the answer for a key. */
export const KEY_LIFETIME_MS = 24 * 3600 * 1000;

interface Asked {
  readonly key: string | undefined;
  readonly path: string;
  readonly body: unknown;
}

/**
 * Stripe's rule for repeats: the first answer for a key is stored, a 500 included, and repeated to whoever uses the key
 * with the same endpoint and parameters within 24 hours; with others it is an error. Only an answer to parameters that
 * were refused before anything was begun is not stored.
 */
export function onceFor(
  state: PaymentState,
  asked: Asked,
  nowMs: number,
  mood: Mood,
  decide: () => PaymentOutcome,
): PaymentOutcome {
  forget(state, nowMs - KEY_LIFETIME_MS);
  const { key } = asked;
  if (key === undefined) return mood.failing ? serverFault : decide();

  const signature = canonicalJson([asked.path, asked.body ?? {}]);
  const known = state.remembered.get(key);
  if (known !== undefined) {
    if (known.signature !== signature) return keyUsedOtherwise;
    return { status: known.status, answer: known.answer, headers: { "idempotent-replayed": "true" } };
  }
  const outcome = mood.failing ? serverFault : decide();
  if (outcome.notBegun === true) return outcome;
  return { ...outcome, changes: [...(outcome.changes ?? []), { remember: { key, signature } }] };
}

/** Keys lie in the order of their first use, so the old ones are in front. */
function forget(state: PaymentState, beforeMs: number): void {
  for (const [key, { atMs }] of state.remembered) {
    if (atMs >= beforeMs) return;
    state.remembered.delete(key);
  }
}
