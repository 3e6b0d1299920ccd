/** The one source of business time: deadlines, retry schedules and the `at` of events. Epoch milliseconds. */
export interface Clock {
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** RFC 3339, UTC, three decimals: the stored form of a time. */
export const toInstant = (ms: number): string => new Date(ms).toISOString();
