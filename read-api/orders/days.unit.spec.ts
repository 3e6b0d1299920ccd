import { expect, test } from "vitest";
import { dayOf, isTimeZone } from "./days.ts";

const NOW = Date.parse("2026-11-21T23:30:00.000Z");

test.each([
  ["UTC", 0, "2026-11-21", "2026-11-21T00:00:00.000Z", "2026-11-22T00:00:00.000Z"],
  ["Europe/Berlin", 0, "2026-11-22", "2026-11-21T23:00:00.000Z", "2026-11-22T23:00:00.000Z"],
  ["Europe/Berlin", 1, "2026-11-21", "2026-11-20T23:00:00.000Z", "2026-11-21T23:00:00.000Z"],
  ["America/New_York", 1, "2026-11-20", "2026-11-20T05:00:00.000Z", "2026-11-21T05:00:00.000Z"],
  ["Asia/Kathmandu", 0, "2026-11-22", "2026-11-21T18:15:00.000Z", "2026-11-22T18:15:00.000Z"],
])("in %s the day %i before is %s", (zone, before, name, from, to) => {
  expect(dayOf(NOW, zone, before)).toEqual({ name, from, to });
});

test("a day on which the clock is set back has 25 hours", () => {
  const { from, to } = dayOf(Date.parse("2026-10-25T12:00:00.000Z"), "Europe/Berlin", 0);
  expect([from, to]).toEqual(["2026-10-24T22:00:00.000Z", "2026-10-25T23:00:00.000Z"]);
});

test("a zone that nobody knows is told from one that is", () => {
  expect(["Europe/Berlin", "UTC", "Mars/Olympus", ""].map(isTimeZone)).toEqual([true, true, false, false]);
});
