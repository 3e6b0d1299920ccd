const MINUTE = 60_000;
const FIVE = 5 * MINUTE;

/** From when until when something is promised, epoch milliseconds. */
export interface PromisedRange {
  readonly from: number;
  readonly to: number;
}

/**
 * The range that a promised time honestly stands for: it ends with the promise, and is the wider the more of the way
 * is still to go. `left` is the time from which it is asked.
 */
export function promisedRange(promisedAt: number, left: number): PromisedRange {
  const width = Math.max(FIVE, Math.round(Math.max(0, promisedAt - left) / 3 / FIVE) * FIVE);
  const to = Math.floor(promisedAt / MINUTE) * MINUTE;
  return { from: Math.max(to - width, Math.min(to, Math.ceil(left / MINUTE) * MINUTE)), to };
}

/** Whole minutes from now to a time, never negative. */
export const minutesUntil = (at: number, now: number): number => Math.max(0, Math.ceil((at - now) / MINUTE));
