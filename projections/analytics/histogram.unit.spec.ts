import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bucketOf, durationOf, RELATIVE_ERROR } from "./histogram.ts";

const DAY = 24 * 60 * 60_000;

describe("the bucket of a duration", () => {
  test("stands for a duration that is at most 5 % off", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 * DAY }), (ms) => {
        // Rounded to whole milliseconds on top.
        expect(Math.abs(durationOf(bucketOf(ms)) - ms)).toBeLessThanOrEqual(ms * RELATIVE_ERROR + 0.5);
      }),
      { numRuns: 1_000 },
    );
  });

  test("grows with the duration", () => {
    const duration = fc.integer({ min: -5, max: 500 * DAY });
    fc.assert(
      fc.property(duration, duration, (a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        expect(bucketOf(low)).toBeLessThanOrEqual(bucketOf(high));
      }),
    );
  });

  test("of no time stands for none, and of more than a year for the longest", () => {
    expect([bucketOf(0), bucketOf(-1), durationOf(-1)]).toEqual([-1, -1, 0]);
    expect(bucketOf(2_000 * DAY)).toBe(bucketOf(500 * DAY));
    expect(durationOf(10_000)).toBe(durationOf(bucketOf(500 * DAY)));
  });
});
