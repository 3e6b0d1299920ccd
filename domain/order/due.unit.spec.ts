import { expect, test } from "vitest";
import { dueAt } from "./due.ts";

const PLACED = "2026-11-21T10:00:00.000Z";

test.each([
  ["courier", "2026-11-21T10:30:00.000Z", "2026-11-21T10:30:00.000Z"],
  ["courier", "2026-11-21T11:30:00.000Z", "2026-11-21T10:45:00.000Z"],
  ["parcel", "2026-11-24T10:00:00.000Z", "2026-11-24T10:00:00.000Z"],
] as const)("an order by %s that was promised for %s is late from %s on", (method, promisedAt, due) => {
  const order = { placedAt: PLACED, delivery: { method, promisedAt } };
  expect(new Date(dueAt(order)).toISOString()).toBe(due);
});
