import { readFileSync } from "node:fs";

/** The one source of business time: deadlines, retry schedules and the `at` of events. Epoch milliseconds. */
export interface Clock {
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** RFC 3339, UTC, three decimals: the stored form of a time. */
export const toInstant = (ms: number): string => new Date(ms).toISOString();

/**
 * The clock of a process. With CLOCK_FILE, which only drills set, business time is ahead of real time by what the file
 * says, for every process that is given the same file.
 */
export const clockFor = ({ CLOCK_FILE }: { readonly CLOCK_FILE?: string | undefined }): Clock =>
  CLOCK_FILE === undefined ? systemClock : shiftedClock(CLOCK_FILE);

/** How late a process may learn of a jump, in real milliseconds. */
export const CLOCK_FILE_READ_MS = 25;

/**
 * Real time, moved by the whole number of milliseconds that a file holds; a missing or empty file moves nothing. The file
 * is looked at once in 25 ms at most, so asking costs what `Date.now` costs. Time never runs backwards, unless the number
 * in the file has become smaller: a clock that is set back is a drill of its own.
 */
export function shiftedClock(file: string): Clock {
  let aheadMs = 0;
  let lookAt = Number.NEGATIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  return {
    now() {
      const real = performance.now();
      if (real >= lookAt) {
        lookAt = real + CLOCK_FILE_READ_MS;
        const found = aheadBy(file) ?? aheadMs;
        if (found < aheadMs) last = Number.NEGATIVE_INFINITY;
        aheadMs = found;
      }
      last = Math.max(last, Date.now() + aheadMs);
      return last;
    },
  };
}

/** What the file says; undefined where it says nothing that can be read, such as in the middle of being written. */
function aheadBy(file: string): number | undefined {
  try {
    const text = readFileSync(file, "utf8").trim();
    const ahead = Number(text);
    return text !== "" && Number.isSafeInteger(ahead) ? ahead : undefined;
  } catch {
    return undefined;
  }
}
