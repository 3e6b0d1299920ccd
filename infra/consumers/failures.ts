import { StoreUnavailableError } from "../event-store/port.ts";
import { isDatabaseTrouble } from "../postgres/trouble.ts";

/**
 * Whether a batch failed on the database or the event store and not on its events. Such a batch is tried again as a
 * whole; every other failure belongs to an event, whose stream is parked.
 */
export function failsOnDatabase(error: unknown): boolean {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 8; cause = cause.cause, depth++) {
    if (cause instanceof StoreUnavailableError) return true;
  }
  return isDatabaseTrouble(error);
}
