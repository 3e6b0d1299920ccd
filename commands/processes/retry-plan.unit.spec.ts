import { expect, test } from "vitest";
import { plannedRetry, withJitter } from "./retry-plan.ts";

const NOW = Date.parse("2026-11-21T10:00:00.000Z");
const MINUTE = 60_000;

test("a retry is off its delay by a fifth at most, to both sides", () => {
  expect(withJitter(MINUTE, () => 0)).toBe(48_000);
  expect(withJitter(MINUTE, () => 0.5)).toBe(MINUTE);
  expect(withJitter(MINUTE, () => 1)).toBe(72_000);
  expect(withJitter(0)).toBe(0);
});

test("one attempt more than there are delays is planned", () => {
  const middle = () => 0.5;
  const delays = [MINUTE, 5 * MINUTE];
  expect(plannedRetry(NOW, 1, delays, middle)).toBe("2026-11-21T10:01:00.000Z");
  expect(plannedRetry(NOW, 2, delays, middle)).toBe("2026-11-21T10:05:00.000Z");
  expect(plannedRetry(NOW, 3, delays, middle)).toBeUndefined();
});
