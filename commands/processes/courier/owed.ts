import { isAccepted, isFinal, type Order, standing } from "../../../domain/order/state.ts";
import type { Outside } from "../../../infra/outside/outside.ts";
import type { Owed } from "../runner/process-manager.ts";

/** The site that the courier goes to: the first of those that make the order. */
export const siteOf = (order: Order) => standing(order)[0];

/** The couriers of one city share an app of theirs. */
export const outsideOf = (order: Order): Outside => ({ system: "courier", place: siteOf(order)?.city ?? "" });

/** Since when nobody carries the order who would have said so: epoch milliseconds. */
export const searchingSince = ({ courier, acceptedAt, placedAt }: Order): number =>
  Date.parse(courier.searchingSince ?? acceptedAt ?? placedAt);

/** What an order is owed in carrying it. `searchMs`: after how long without anybody support is told. */
export function owedCourier(order: Order, { searchMs }: { readonly searchMs: number }): readonly Owed[] {
  if (order.delivery.method !== "courier") return [];
  const { courier } = order;
  const owed: Owed[] = [];
  const since = Date.parse(order.acceptedAt ?? order.placedAt);
  // A claim that has served its purpose, or came to nothing, gives the courier free.
  const finished = courier.courierId === undefined || isFinal(order) ? courier.attempt : courier.attempt - 1;
  for (let attempt = 1; attempt <= finished; attempt++) {
    owed.push({ id: `courier.release/${attempt}`, dueAt: since, outside: outsideOf(order) });
  }
  if (isFinal(order)) return owed;
  if (isAccepted(order) && !courier.accepted && courier.toldInSearch !== courier.searches) {
    owed.push({ id: `courier.unavailable/${courier.searches + 1}`, dueAt: searchingSince(order) + searchMs });
  }
  if (courier.courierId === undefined) {
    if (isAccepted(order)) owed.push({ id: `courier.assign/${courier.attempt + 1}`, dueAt: since });
    return owed;
  }
  if (!courier.accepted && courier.acceptBy !== undefined) {
    owed.push({ id: `courier.offer/${courier.attempt}`, dueAt: since, outside: outsideOf(order) });
    owed.push({ id: `courier.answer-deadline/${courier.attempt}`, dueAt: Date.parse(courier.acceptBy) });
  }
  if (courier.accepted && !courier.arrived && !order.pickedUp && courier.arriveBy !== undefined) {
    owed.push({ id: `courier.no-show/${courier.attempt}`, dueAt: Date.parse(courier.arriveBy) });
  }
  return owed;
}
