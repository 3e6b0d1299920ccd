import { toInstant } from "../../infra/clock.ts";

/** How far a planned retry may be off its delay, so that what failed together is not tried again together. */
const SPREAD = 0.2;

/**
 * A delay with up to a fifth more or less, in whole milliseconds. It is drawn once, when the retry is planned, and lies
 * in the event (`nextAttemptAt`) or in the effect's row: a restart changes nothing about it.
 *
 * @param random from 0 to 1, as `Math.random` gives it
 */
export const withJitter = (delayMs: number, random: () => number = Math.random): number =>
  Math.round(delayMs * (1 - SPREAD + 2 * SPREAD * random()));

/**
 * When an attempt is tried again after it failed, for `nextAttemptAt`; undefined when it was the last one planned.
 *
 * @param attempt the attempt that has failed, counted from 1
 * @param delaysMs delays after the first, second, … attempt: one attempt more than there are delays is made
 */
export function plannedRetry(
  now: number,
  attempt: number,
  delaysMs: readonly number[],
  random: () => number = Math.random,
): string | undefined {
  const delay = delaysMs[attempt - 1];
  return delay === undefined ? undefined : toInstant(now + withJitter(delay, random));
}
