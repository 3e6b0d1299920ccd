const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** A lifetime that cannot be read, or is longer than a development token may live. */
export class LifetimeError extends Error {
  readonly code = "lifetime_invalid";
}

const LONGEST = 30 * SECONDS.d;

/** Seconds of a lifetime such as `90s`, `30m`, `12h` or `7d`; at most 30 days. Throws LifetimeError. */
export function parseLifetime(text: string): number {
  const [, count, unit] = /^(\d{1,7})([smhd])$/.exec(text) ?? [];
  if (count === undefined || unit === undefined) {
    throw new LifetimeError(`"${text}" is no lifetime; write for example 90s, 30m, 12h or 7d`);
  }
  const seconds = Number(count) * SECONDS[unit as keyof typeof SECONDS]; // the expression admits these units only
  if (seconds === 0 || seconds > LONGEST) throw new LifetimeError(`a token lives between 1s and 30d, not ${text}`);
  return seconds;
}
