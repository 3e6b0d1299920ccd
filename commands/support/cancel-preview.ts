import type { Money } from "../../domain/money/money.ts";
import { decide } from "../../domain/order/decide.ts";
import type { OrderEvent } from "../../domain/order/events.ts";
import { evolve } from "../../domain/order/evolve.ts";
import { type Order, owedRefund } from "../../domain/order/state.ts";
import { Refusal } from "../../domain/refusal.ts";
import { OWED_BY_ALL } from "../processes/owed-by-all.ts";

/** What follows from a cancellation, in the words that screens make sentences of. */
export type Consequence =
  /** What was paid goes back; or the payment is stopped before anything is taken; or nothing was to be paid back. */
  | { readonly about: "money"; readonly what: "refunded"; readonly amount: Money }
  | { readonly about: "money"; readonly what: "stopped" | "nothing" }
  /** What was reserved at the part's site is to be had again; or it is made already and used up. */
  | { readonly about: "stock"; readonly what: "released" | "used_up"; readonly fulfilmentId: string }
  | { readonly about: "site"; readonly what: "told"; readonly fulfilmentId: string }
  | { readonly about: "courier"; readonly what: "withdrawn" }
  | { readonly about: "parcel"; readonly what: "taken_back"; readonly fulfilmentId: string }
  | { readonly about: "customer"; readonly what: "told" };

/** What cancelling an order would do now, or why it cannot be done. */
export type CancelPreview =
  | { readonly possible: true; readonly consequences: readonly Consequence[] }
  | { readonly possible: false; readonly code: string; readonly detail: string };

/** Only deadlines depend on these, and a cancellation sets none. */
const POLICY = { recoverAfterMs: 0, searchMs: 600_000, pollMs: 60_000 } as const;

/**
 * What a cancellation by the staff would lead to: decided and folded as it would be, and asked of every process. Writes
 * nothing and asks nobody.
 *
 * @param at RFC 3339, business time
 */
export function previewCancel(order: Order, by: "support" | "admin", at: string): CancelPreview {
  let decided: readonly OrderEvent[];
  try {
    decided = decide({ type: "cancel", by }, order);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { possible: false, code: error.code, detail: error.message };
  }
  if (decided.length === 0) return { possible: false, code: "order_final", detail: "the order is cancelled already" };
  const after = decided.reduce<Order>((state, event) => evolve(state, event, at) ?? state, order);
  const owed = OWED_BY_ALL.flatMap((one) => one.owed(after, POLICY).map(({ id }) => id));
  // Several effects may mean the same to people: each courier that was asked is released.
  const all = owed.flatMap((id) => consequenceOf(id, after) ?? []);
  const found = [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
  const money = found.some(({ about }) => about === "money");
  return { possible: true, consequences: money ? found : [{ about: "money", what: "nothing" }, ...found] };
}

/** What an effect means to people; undefined for one that has nothing to do with the cancellation. */
function consequenceOf(id: string, after: Order): Consequence | undefined {
  const [effect = "", fulfilmentId = ""] = id.split("/");
  switch (effect) {
    case "payment.refund":
      return { about: "money", what: "refunded", amount: { ...after.total, amount: owedRefund(after) } };
    case "payment.cancel":
      return { about: "money", what: "stopped" };
    case "stock.release":
      return { about: "stock", what: "released", fulfilmentId };
    case "stock.consume":
      return { about: "stock", what: "used_up", fulfilmentId };
    case "restaurant.tell-cancelled":
      return { about: "site", what: "told", fulfilmentId };
    case "courier.release":
      return { about: "courier", what: "withdrawn" };
    case "parcel.cancel":
      return { about: "parcel", what: "taken_back", fulfilmentId };
    case "notification.send":
      return fulfilmentId === "cancelled" ? { about: "customer", what: "told" } : undefined;
    default:
      return undefined;
  }
}
