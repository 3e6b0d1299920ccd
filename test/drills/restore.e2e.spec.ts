import { expect, test } from "vitest";
import { restores } from "./restore/restore-drill.ts";
import { say, show } from "./show.ts";

const WITHIN_MS = 600_000;

test("a log restored to an older point is noticed, its loss is named, and nothing is charged or booked twice", {
  timeout: WITHIN_MS,
}, async () => {
  const report = show(await restores({ seed: 1, orders: 12, say, of: ["the event log"] }));
  expect(report.breaches).toEqual([]);
});
