import type { OrderEvent, OrderLine, PlacedFulfilment } from "./events.ts";
import {
  alternativeFor,
  extrasInUse,
  type FulfilmentState,
  ITEM_UNAVAILABLE,
  isFinal,
  nextPlan,
  type Order,
  type OrderState,
} from "./state.ts";

// What is decided when a site does not make what it was asked for. Each of these is asked again at the expected
// revision: who comes second decides nothing.

/** The rejection of a fulfilment: a paid order is offered to another site before it ends. */
export const rejectionOf = (order: Order, fulfilmentId: string, reason: string): OrderEvent => ({
  type: "restaurant.rejected",
  data: { fulfilmentId, reason, alternative: alternativeFor(order) },
});

/** A rejection that the system decides, unless the site has answered or given it back already. */
export function rejectUnanswered(state: OrderState, fulfilmentId: string, reason: string): readonly OrderEvent[] {
  const fulfilment = state && !isFinal(state) ? find(state, fulfilmentId) : undefined;
  if (!state || !fulfilment || fulfilment.accepted || fulfilment.rejected) return [];
  return [rejectionOf(state, fulfilmentId, reason)];
}

/** A fulfilment that another site is looked for; undefined when none is, any more. */
export function sought(state: OrderState, fulfilmentId: string): FulfilmentState | undefined {
  const fulfilment = state && !isFinal(state) ? find(state, fulfilmentId) : undefined;
  return fulfilment?.seeking === undefined || fulfilment.replaced ? undefined : fulfilment;
}

/** The site that makes it now, under the order's next plan; undefined: there is none, and the order ends. */
export function reroute(
  state: OrderState,
  fulfilmentId: string,
  found: { readonly made: Omit<PlacedFulfilment, "fulfilmentId">; readonly promisedAt: string } | undefined,
): readonly OrderEvent[] {
  const reason = sought(state, fulfilmentId)?.seeking;
  if (!state || reason === undefined) return [];
  if (!found) return [{ type: "restaurant.rejected", data: { fulfilmentId, reason, alternative: "none" } }];
  const fulfilments = [{ ...found.made, fulfilmentId: `${nextPlan(state)}.1` }];
  return [{ type: "order.rerouted", data: { fulfilmentId, reason, fulfilments, promisedAt: found.promisedAt } }];
}

/** Lines of a fulfilment of which nobody has decided yet how they are made, or whether: they are missing at the site. */
export const undecidedItems = ({ unavailable, lines, rejected }: FulfilmentState): readonly string[] =>
  rejected ? [] : unavailable.filter((sku) => lines.some((line) => line.sku === sku));

/** What has to be settled before a fulfilment can be ready: missing items, and substitutes that are not reserved yet. */
export const openItems = (fulfilment: FulfilmentState): readonly string[] => [
  ...undecidedItems(fulfilment),
  ...extrasInUse(fulfilment).flatMap(({ sku, reserved }) => (reserved ? [] : [sku])),
];

/**
 * What becomes of a missing item: the substitute takes its place, else the line is left out and given back; when nothing
 * else is left to make there, another site is looked for.
 *
 * @param substitute of a line that stands once, in the line's quantity, never dearer than it
 */
export function replaceItem(
  state: OrderState,
  fulfilmentId: string,
  sku: string,
  substitute: OrderLine | undefined,
): readonly OrderEvent[] {
  const fulfilment = state && !isFinal(state) ? find(state, fulfilmentId) : undefined;
  if (!state || !fulfilment || !undecidedItems(fulfilment).includes(sku)) return [];
  const { currency } = state.total;
  const missing = fulfilment.lines.filter((line) => line.sku === sku);
  const paid = missing.reduce((sum, { price }) => sum + price.amount, 0);
  if (substitute) {
    const refund = { amount: Math.max(0, paid - substitute.price.amount), currency };
    const reservedAs = `${nextPlan(state)}.1`;
    return [{ type: "order.line_substituted", data: { fulfilmentId, sku, substitute, refund, reservedAs } }];
  }
  if (missing.length === fulfilment.lines.length) return [rejectionOf(state, fulfilmentId, ITEM_UNAVAILABLE)];
  const data = { fulfilmentId, sku, refund: { amount: paid, currency }, reason: ITEM_UNAVAILABLE };
  return [{ type: "order.line_removed", data }];
}

const find = (order: Order, fulfilmentId: string): FulfilmentState | undefined =>
  order.fulfilments.find((f) => f.fulfilmentId === fulfilmentId);
