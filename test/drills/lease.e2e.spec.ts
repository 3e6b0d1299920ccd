import { expect, test } from "vitest";
import { stopAndWake } from "./lease/lease-drill.ts";
import { say, show } from "./show.ts";

test("a worker that was stopped for longer than its lease writes nothing when it wakes, wherever it was stopped", async () => {
  const report = show(await stopAndWake({ seed: 1, say }, ["project.before-commit", "effect.before-append"]));
  expect(report.breaches).toEqual([]);
});
