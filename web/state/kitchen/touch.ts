import type { Entry } from "./entry.ts";

/** A button that has just changed under a finger gets its second contact: wet hands, and bump bars, bounce. */
export const BOUNCES = 400;
/** Nobody reads and touches faster: a touch this soon after a change from elsewhere meant what stood there before. */
export const READS = 700;

/**
 * Whether a touch is what the ticket has shown long enough to be read: `bounced` is the second contact of the last
 * touch, `changed` meant what another display has changed just before.
 */
export function touchOf(entry: Entry, now: number): "meant" | "bounced" | "changed" {
  if (now - entry.ownAt < BOUNCES) return "bounced";
  return now - entry.otherAt < READS ? "changed" : "meant";
}

/** Shows for a moment that a ticket is not to be touched. */
export function rest(entry: Entry, ms: number): void {
  entry.settling.value = true;
  setTimeout(() => {
    entry.settling.value = touchOf(entry, Date.now()) !== "meant";
  }, ms + 20);
}
