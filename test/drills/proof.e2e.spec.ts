import { rm } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type LeftBehind, leaveBehind } from "./proof/left-behind.ts";
import { deliveredOrder } from "./proof/proof-drills.ts";
import { rebuildAndCompare } from "./proof/rebuild.ts";
import { tamperWith } from "./proof/tampering.ts";
import { say, show } from "./show.ts";

const BUILT_WITHIN_MS = 300_000;

let left: LeftBehind;

beforeAll(async () => {
  left = await leaveBehind(1, 25, say);
}, BUILT_WITHIN_MS);

afterAll(async () => {
  await left?.stage.close();
  if (left) await rm(left.dataDir, { recursive: true, force: true });
});

test("read models rebuilt in batches of 1, 7 and 500 equal the live ones that a drill has left behind", async () => {
  expect(left.judgement.breaches).toEqual([]);
  const report = show(await rebuildAndCompare(left.stage, say));
  expect(report.breaches).toEqual([]);
});

test("a changed, removed, inserted or swapped event and a removed tail are reported with order, revision and reason", async () => {
  const orderId = deliveredOrder(left.stage.watch.orders);
  await left.stage.close();
  const report = show(await tamperWith(left.dataDir, orderId, say));
  expect(report.breaches).toEqual([]);
});
