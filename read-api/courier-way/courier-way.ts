import { isFinal, type Order, standing } from "../../domain/order/state.ts";
import type { CourierWay } from "../../projections/buyer-views.ts";
import { estimatedTravelTimes, metresBetween, type Position, type TravelTimes } from "../near/travel-times.ts";

/** The leg that an order's courier is on. */
export function legOf(order: Order): CourierWay["leg"] {
  if (isFinal(order) || order.courier.courierId === undefined) return "none";
  if (order.pickedUp) return "to_door";
  if (!order.courier.accepted) return "none";
  return order.courier.arrived ? "at_site" : "to_site";
}

/** What is known of the places of a way. */
export interface WayPlaces {
  readonly courier: Position | undefined;
  readonly site: Position | undefined;
  readonly door: Position | undefined;
}

/** How far the courier is on this leg. */
export async function wayOf(
  leg: CourierWay["leg"],
  { courier, site, door }: WayPlaces,
  travel: TravelTimes = estimatedTravelTimes,
): Promise<CourierWay> {
  const target = leg === "to_site" ? site : leg === "to_door" ? door : undefined;
  if (!courier || !target) return { leg };
  const metres = metresBetween(courier, target);
  const minutes = (await travel.minutes([courier], target))[0] ?? 0;
  const whole = leg === "to_door" && site ? metresBetween(site, target) : 0;
  // A detour takes the courier further away than the shop is: then nothing of the way is done.
  const donePercent = whole > 0 ? Math.round(Math.max(0, Math.min(1, 1 - metres / whole)) * 100) : undefined;
  return { leg, left: { metres, minutes }, donePercent };
}

/** The city in which an order's courier works, and the site that is come to first. */
export const firstStop = (order: Order) => standing(order)[0];
