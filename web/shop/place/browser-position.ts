import type { Position } from "../../state/shop/place/place.ts";

/** Why the browser did not say where it is. */
export type LocateFault = "denied" | "unable" | "slow";

const WITHIN_MS = 10_000;
const MICRO = 1_000_000;

/** Asks the browser where it is. It asks the person first, and answers on secure addresses only. */
export function browserPosition(): Promise<Position | { readonly fault: LocateFault }> {
  if (!("geolocation" in navigator)) return Promise.resolve({ fault: "unable" });
  return new Promise((resolve) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => resolve({ lat: Math.round(coords.latitude * MICRO), lon: Math.round(coords.longitude * MICRO) }),
      ({ code }) => resolve({ fault: code === 1 ? "denied" : code === 3 ? "slow" : "unable" }),
      { timeout: WITHIN_MS, maximumAge: 60_000, enableHighAccuracy: true },
    );
  });
}
