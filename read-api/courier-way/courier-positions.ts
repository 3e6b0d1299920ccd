import { LRUCache } from "lru-cache";
import type { Position } from "../near/travel-times.ts";

/** Tells where couriers are now, as far as their app knows. Telemetry: asked when it is looked at, and kept nowhere. */
export interface CourierPositions {
  /** Undefined where nobody knows, the app does not answer in time, or has not heard of the courier. */
  of(courierId: string, city: string): Promise<Position | undefined>;
}

/** As long as an answer serves everybody who watches the same courier. */
const SERVES_MS = 2_000;
const MOST_COURIERS = 5_000;

/** Asks for each courier once in two seconds, however many people look. */
export function sharedPositions(ask: CourierPositions["of"]): CourierPositions {
  const asked = new LRUCache<string, Promise<Position | undefined>>({ max: MOST_COURIERS, ttl: SERVES_MS });
  return {
    of(courierId, city) {
      const known = asked.get(courierId);
      if (known) return known;
      const answer = ask(courierId, city).catch(() => undefined);
      asked.set(courierId, answer);
      return answer;
    },
  };
}

/** What was told longer ago says nothing of where a courier is now. */
const FRESH_MS = 45_000;

/** A position, unless it was told too long ago; one that does not say when is taken as of now. */
export const freshPosition = (
  told: (Position & { readonly at?: string | undefined }) | undefined,
  now: number,
): Position | undefined =>
  told === undefined || (told.at !== undefined && now - Date.parse(told.at) > FRESH_MS) ? undefined : told;

/** Where couriers are not asked for. */
export const nobodysPosition: CourierPositions = { of: async () => undefined };
