import { expect, test } from "vitest";
import { ToldAhead } from "./told-ahead.ts";

test("what was told of an order from the event store is the least that is shown of it", () => {
  const told = new ToldAhead();
  expect(told.isLess("a", 1n)).toBe(false);
  told.note("a", 20n);
  told.note("a", 10n);
  expect([19n, 20n, 21n].map((commit) => told.isLess("a", commit))).toEqual([true, false, false]);
  expect(told.isLess("b", 1n)).toBe(false);
});

test("so many orders are remembered, those told last", () => {
  const told = new ToldAhead(2);
  told.note("a", 5n);
  told.note("b", 5n);
  told.note("a", 9n);
  told.note("c", 5n);
  expect(["a", "b", "c"].map((id) => told.isLess(id, 1n))).toEqual([true, false, true]);
});
