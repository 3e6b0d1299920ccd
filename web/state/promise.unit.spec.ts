import { expect, test } from "vitest";
import { minutesUntil, promisedRange } from "./promise.ts";

const MINUTE = 60_000;
const noon = Date.parse("2026-03-01T12:00:00Z");

test("a promised range ends with the promise, narrows on the way, and never begins in the past", () => {
  expect(promisedRange(noon + 60 * MINUTE, noon)).toEqual({ from: noon + 40 * MINUTE, to: noon + 60 * MINUTE });
  expect(promisedRange(noon + 15 * MINUTE, noon)).toEqual({ from: noon + 10 * MINUTE, to: noon + 15 * MINUTE });
  expect(promisedRange(noon + 2 * MINUTE, noon)).toEqual({ from: noon, to: noon + 2 * MINUTE });
});

test("minutes are whole and never negative", () => {
  expect(minutesUntil(noon + 90_000, noon)).toBe(2);
  expect(minutesUntil(noon - 90_000, noon)).toBe(0);
});
