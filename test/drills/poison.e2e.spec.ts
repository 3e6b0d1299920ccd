import { expect, test } from "vitest";
import { poisonDrill } from "./poison/poison-drill.ts";
import { say, show } from "./show.ts";

test("events that nobody can handle are all set aside, everything else flows, and after the fix each takes effect once", async () => {
  const report = show(await poisonDrill.run({ seed: 1, orders: 30, say }));
  expect(report.breaches).toEqual([]);
});
