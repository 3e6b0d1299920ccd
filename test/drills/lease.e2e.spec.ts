import { expect, test } from "vitest";
import { leaseDrill } from "./lease/lease-drill.ts";
import { say, show } from "./show.ts";

test("a worker that was stopped for longer than its lease writes nothing when it wakes, wherever it was stopped", async () => {
  const report = show(await leaseDrill.run({ seed: 1, orders: 0, say }));
  expect(report.breaches).toEqual([]);
});
