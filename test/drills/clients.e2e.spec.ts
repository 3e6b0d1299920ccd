import { expect, test } from "vitest";
import { clientsDrill } from "./clients/clients-drill.ts";
import { say, show } from "./show.ts";

test("clients whose connection is cut 50 times each see no gap, no repeat and nothing go backwards", async () => {
  const report = show(await clientsDrill.run({ seed: 1, orders: 25, say }));
  expect(report.breaches).toEqual([]);
  expect(report.figures["least cuts of a client"]).toBeGreaterThanOrEqual(50);
});
