import { expect, test } from "vitest";
import { say, show } from "./show.ts";
import { lastItemsDrill } from "./stock/last-items-drill.ts";
import { repeatDrill } from "./stock/repeat-drill.ts";

test("of 200 buyers who are released together at two API processes, exactly 5 get the last 5 items", async () => {
  const report = show(await lastItemsDrill.run({ seed: 1, orders: 0, say }));
  expect(report.breaches).toEqual([]);
});

test("a placing that would be decided otherwise the second time is answered and acted on from what is stored", async () => {
  const report = show(await repeatDrill.run({ seed: 1, orders: 0, say }));
  expect(report.breaches).toEqual([]);
});
