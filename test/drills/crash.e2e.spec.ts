import { expect, test } from "vitest";
import { crashDrill } from "./crash/crash-drill.ts";
import { TELLING_TARGETS } from "./crash/points.ts";
import { say, show } from "./show.ts";

const WITHIN_MS = 600_000;

test("killed at a failpoint of every kind, with at least 50 orders in flight, the system loses and doubles nothing", {
  timeout: WITHIN_MS,
}, async () => {
  const report = show(await crashDrill({ mode: "failpoints", targets: TELLING_TARGETS, seed: 1, orders: 100, say }));
  expect(report.breaches).toEqual([]);
  expect(report.strikes).toHaveLength(TELLING_TARGETS.length);
});

test("with every process killed at random moments, the system loses and doubles nothing", {
  timeout: WITHIN_MS,
}, async () => {
  const report = show(await crashDrill({ mode: "random", seed: 1, orders: 100, say }));
  expect(report.breaches).toEqual([]);
  const struck = new Set(report.strikes.flatMap(({ parts }) => parts));
  expect([...struck].sort()).toEqual(["api", "events", "postgres", "simulators", "workers"]);
});
