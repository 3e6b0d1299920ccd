import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PROJECTIONS } from "../../projections/read-models.ts";
import { completionScript } from "../commands/completion.ts";
import { buildProgram } from "../program.ts";
import { commandReference } from "../reference.ts";

let program: Command;
let folder: string;
beforeAll(async () => {
  program = await buildProgram();
  folder = await mkdtemp(join(tmpdir(), "ordertrail-completion-"));
  for (const shell of ["bash", "zsh", "fish"] as const) {
    await writeFile(join(folder, shell), completionScript(shell, program));
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const has = (shell: string) => spawnSync(shell, ["-c", "true"], { timeout: 10_000 }).status === 0;

/** What bash offers after these words, the last of which is being typed. */
function offered(...words: string[]): string[] {
  const line = ["ordertrail", ...words].map((word) => `'${word}'`).join(" ");
  const script = `source ${join(folder, "bash")}; COMP_WORDS=(${line}); COMP_CWORD=${words.length}; _ordertrail; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync("bash", ["-c", script], { encoding: "utf8", timeout: 10_000 }).split("\n").filter(Boolean);
}

describe("in bash", () => {
  test.each([
    [["ver"], ["verify"]],
    [["event-node", "ba"], ["backup"]],
    [
      ["serve", "--role", ""],
      ["api", "workers", "simulators"],
    ],
    [["serve", "--role", "api", "--on"], ["--only"]],
    [["drill", "--se"], ["--seed"]],
    [["token", "--role", "sup"], ["support"]],
    [
      ["completion", ""],
      ["bash", "zsh", "fish", "--help"],
    ],
  ])("%j completes to %j", (typed, words) => expect(offered(...typed)).toEqual(words));

  test("read models are offered where one is asked for", () => {
    const names = PROJECTIONS.map(({ name }) => name);
    expect(offered("replay", "")).toEqual(expect.arrayContaining(names));
    expect(offered("export", "")).toEqual(expect.arrayContaining(["events", "ocel", ...names]));
  });

  test("a value that nobody knows beforehand is left to file names", () => {
    expect(offered("export", "events", "--out", "")).toEqual([]);
  });
});

test("fish takes the script and offers the same", (context) => {
  if (!has("fish")) context.skip("fish is not installed");
  const ask = `source ${join(folder, "fish")}; complete -C 'ordertrail serve --role '`;
  const said = execFileSync("fish", ["--no-config", "-c", ask], { encoding: "utf8", timeout: 10_000 });
  expect(
    said
      .split("\n")
      .filter(Boolean)
      .map((line) => line.split("\t")[0])
      .toSorted(),
  ).toEqual(["api", "simulators", "workers"]);
});

test("zsh takes the script", (context) => {
  if (!has("zsh")) context.skip("zsh is not installed");
  expect(spawnSync("zsh", ["-n", join(folder, "zsh")], { encoding: "utf8", timeout: 10_000 })).toMatchObject({
    status: 0,
    stderr: "",
  });
});

describe("the reference of all commands", () => {
  test("docs/cli.md is what the commands say of themselves", async () => {
    const page = readFileSync(new URL("../../docs/cli.md", import.meta.url), "utf8");
    expect(page, 'run "npm run docs:cli"').toBe(await commandReference());
  });

  test("every command that prints results can print them as JSON", () => {
    const silent = new Set(["serve", "openapi", "completion"]);
    const leaves = (command: Command): Command[] =>
      command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
    const without = leaves(program).filter((one) => !one.options.some(({ long }) => long === "--json"));
    const named = without.filter((one) => one.name() !== "run-job").map((one) => one.name());
    expect(named.filter((name) => !silent.has(name))).toEqual([]);
  });
});
