import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { afterEach, beforeEach, expect, test } from "vitest";
import { interrupted, runCampaign, runsOf } from "./campaign.ts";
import { DRILLS } from "./drills.ts";
import { campaignLines } from "./show.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ordertrail-campaign-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const into = (lines: string[]) =>
  new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
const options = (lines: string[]) => ({
  seed: 3,
  orders: 5,
  folder,
  withinMs: 60_000,
  out: into(lines),
  signal: new AbortController().signal,
});

test("a campaign that was interrupted goes on with what has not ended, and knows what the rest came to", async () => {
  const first = { name: "no-drill-of-this-name", seed: 3 };
  const second = { name: "nor-of-this-one", seed: 3 };
  expect(await interrupted(folder)).toBeUndefined();
  const earlier: string[] = [];
  await runCampaign([first], [], options(earlier));

  const known = await interrupted(folder);
  expect(known).toMatchObject({ seed: 3, orders: 5, ended: [{ ...first, verdict: "red" }] });
  const later: string[] = [];
  const outcomes = await runCampaign([first, second], known?.ended ?? [], options(later));
  expect(later.join("")).toContain(second.name);
  expect(later.join("")).not.toContain(`=== ${first.name}`);
  expect(outcomes.map(({ name, verdict }) => ({ name, verdict }))).toEqual([
    { name: first.name, verdict: "red" },
    { name: second.name, verdict: "red" },
  ]);
  expect(campaignLines(outcomes, 1).at(-1)).toBe("0 held, 2 red, 1 not run yet: --resume goes on with them");
});

test("every drill has a name of its own, and among all of them those that kill run several times", () => {
  const names = DRILLS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  const runs = runsOf(DRILLS, 11);
  expect(runs.filter(({ name }) => name === "crash-failpoints").map(({ seed }) => seed)).toEqual([11, 12, 13, 14, 15]);
});
