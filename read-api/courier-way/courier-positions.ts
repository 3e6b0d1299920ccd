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

/** Where couriers are not asked for. */
export const nobodysPosition: CourierPositions = { of: async () => undefined };
