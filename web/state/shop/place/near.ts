import { effect, signal } from "@preact/signals";
import type { ReachingSiteView } from "../../../../projections/buyer-views.ts";
import { getNear } from "../../../api/endpoints.ts";
import { chosenPlace, type Place } from "./place.ts";

/** A site that reaches the chosen place, with its way and promise. */
export type ReachingSite = ReachingSiteView;

/** What reaches a place, as it was told last. */
export interface Near {
  readonly place: Place;
  /** The shortest way first. */
  readonly sites: readonly ReachingSite[];
  readonly readAt: number;
}

export const near = signal<Near | undefined>(undefined);
/** Why it could not be asked; what was told before for this place stays. */
export const nearTrouble = signal<unknown>(undefined);

const EVERY = 30_000;
const AGAIN = 4_000;

/** Asks what reaches the chosen place, again and again while somebody looks. Returns how to stop. */
export function followNear(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let round = 0;
  const ask = async (place: Place) => {
    clearTimeout(timer);
    const mine = ++round;
    try {
      const { data } = await getNear(place.lat, place.lon);
      if (mine !== round) return;
      near.value = { place, sites: data.sites, readAt: Date.now() };
      nearTrouble.value = undefined;
    } catch (error) {
      if (mine !== round) return;
      nearTrouble.value = error;
    }
    timer = setTimeout(ask, nearTrouble.peek() === undefined ? EVERY : AGAIN, place);
  };
  const stop = effect(() => {
    const place = chosenPlace.value;
    clearTimeout(timer);
    round++;
    nearTrouble.value = undefined;
    if (!place || !isSame(near.peek()?.place, place)) near.value = undefined;
    if (place) void ask(place);
  });
  return () => {
    stop();
    round++;
    clearTimeout(timer);
  };
}

const isSame = (a: Place | undefined, b: Place): boolean => a?.lat === b.lat && a?.lon === b.lon;

/** How a site stands to the chosen place; undefined while that is not known, or no place was chosen. */
export function reachOf(siteId: string): ReachingSite | "none" | undefined {
  const told = near.value;
  if (!told) return undefined;
  return told.sites.find((site) => site.siteId === siteId) ?? "none";
}
