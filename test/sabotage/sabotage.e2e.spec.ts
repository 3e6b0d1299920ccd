import { expect, test } from "vitest";
import { say } from "../drills/show.ts";
import { PatchError, patchedCopy, replaceOnce } from "./patched-copy.ts";
import { type Outcome, runChecks } from "./run-checks.ts";
import { SABOTAGES, type Sabotage } from "./sabotages.ts";

const WITHIN_MS = 300_000;
const AT_ONCE = 2;
const WIDTH = 74;

/** Runs checks in a copy of the project with these defences gone. */
async function withoutDefence({ patches, check }: Pick<Sabotage, "patches" | "check">): Promise<Outcome> {
  const copy = await patchedCopy(patches);
  try {
    const [outcome] = await runChecks(copy.folder, [check]);
    if (!outcome) throw new Error(`nothing was said of ${check.name}`);
    return outcome;
  } finally {
    await copy.remove();
  }
}

/** All of them, a few beside each other, in their order. */
async function eachSabotage(): Promise<Map<Sabotage, Outcome>> {
  const waiting = [...SABOTAGES];
  const found = new Map<Sabotage, Outcome>();
  const lane = async () => {
    for (let one = waiting.shift(); one; one = waiting.shift()) found.set(one, await withoutDefence(one));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return found;
}

test("whatever defence is taken away, a check turns red, and says what is broken", {
  timeout: WITHIN_MS,
}, async () => {
  const found = await eachSabotage();
  say(`  ${"without".padEnd(WIDTH)} turns red, and says`);
  for (const [{ defence, check }, { state, message }] of found) {
    say(`  ${defence.padEnd(WIDTH)} ${check.file}: ${state === "red" ? message : state.toUpperCase()}`);
  }
  for (const [{ defence, says }, { state, message }] of found) {
    expect({ defence, state, message }).toEqual({ defence, state: "red", message: expect.stringMatching(says) });
  }
});

test("with every defence in its place, each of these checks is green in such a copy", {
  timeout: WITHIN_MS,
}, async () => {
  const copy = await patchedCopy([]);
  try {
    const outcomes = await runChecks(
      copy.folder,
      SABOTAGES.map(({ check }) => check),
    );
    expect(outcomes.filter(({ state }) => state !== "green")).toEqual([]);
  } finally {
    await copy.remove();
  }
});

test("a text that is not there any more, or more than once, is no sabotage", () => {
  expect(replaceOnce("a b", "b", "$& c", "file.ts")).toBe("a $& c");
  expect(() => replaceOnce("a b", "c", "", "file.ts")).toThrow(PatchError);
  expect(() => replaceOnce("a b b", "b", "", "file.ts")).toThrow("file.ts holds this 2 times");
});
