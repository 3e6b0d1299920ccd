import { expect, test } from "vitest";
import { PROJECTIONS } from "../../projections/read-models.ts";
import { swapWhileOrdersFlow } from "./replay/replay-drill.ts";
import { say, show } from "./show.ts";

/** Those whose topics and pages are watched. */
const MODELS = PROJECTIONS.slice(0, 2).map(({ name }) => name);

test("read models are rebuilt and swapped while orders flow: no error, nothing goes back, nothing is lost", async () => {
  const few = { seed: 1, orders: 60, underWay: 40, couriers: 16, models: MODELS, struck: 1 };
  const report = show(await swapWhileOrdersFlow({ ...few, say }));
  expect(report.breaches).toEqual([]);
  expect(report.figures).toMatchObject({ "read models swapped": MODELS.length });
  // A short state may be over before it is seen.
  expect(report.figures["kills of jobs"]).toBeGreaterThan(0);
});
