import { expect, test } from "vitest";
import { effectsDrill } from "./effects/effects-drill.ts";
import { say, show } from "./show.ts";

test("with every row of effects deleted several times in the middle of a run, every order still ends right", async () => {
  const report = show(await effectsDrill.run({ seed: 1, orders: 100, say }));
  expect(report.breaches).toEqual([]);
});
