import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findChromium, hasBrowserTests, installChromium } from "./chromium.ts";
import type { Outcome } from "./outcome-reporter.ts";

/**
 * `npm test`: everything that must hold, on a bare machine. Linter and type checks count as tests. Each skipped test is
 * listed with its reason; the last line is `N passed, N failed, N skipped`. `npm test -- <words>` runs the test files
 * whose path contains one of the words.
 */
const PROJECT = fileURLToPath(new URL("..", import.meta.url));
const CHECK_WITHIN_MS = 5 * 60_000;
const TESTS_WITHIN_MS = 45 * 60_000;

const require = createRequire(import.meta.url);
const filters = process.argv.slice(2);

const programOf = (name: string, path: string): string => join(dirname(require.resolve(`${name}/package.json`)), path);

const CHECKS = [
  { name: "linter", args: [programOf("@biomejs/biome", "bin/biome"), "check", "."] },
  { name: "types", args: [programOf("typescript", "bin/tsc"), "--noEmit"] },
  { name: "types of the pages", args: [programOf("typescript", "bin/tsc"), "--noEmit", "-p", "web"] },
];

/** Runs a Node program with its output passed on. Returns whether it ended well, in time. */
function run(args: readonly string[], withinMs: number, env: Record<string, string> = {}): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [...args], {
      cwd: PROJECT,
      env: { ...process.env, ...env },
      stdio: ["ignore", "inherit", "inherit"],
    });
    const timer = setTimeout(() => {
      process.stdout.write(`not done after ${withinMs / 60_000} minutes: ended\n`);
      child.kill("SIGKILL");
    }, withinMs);
    child.once("error", () => resolve(false));
    child.once("exit", (code) => {
      clearTimeout(timer);
      resolve(code === 0);
    });
  });
}

async function runTests(project: string, folder: string): Promise<Outcome> {
  const file = join(folder, `${project}.json`);
  const vitest = programOf("vitest", "vitest.mjs");
  const args = ["run", "--project", project, "--passWithNoTests", "--reporter=default"];
  const reporter = `--reporter=${join(PROJECT, "test", "outcome-reporter.ts")}`;
  const well = await run([vitest, ...args, reporter, ...filters], TESTS_WITHIN_MS, { ORDERTRAIL_TEST_OUTCOME: file });
  try {
    const outcome: Outcome = JSON.parse(readFileSync(file, "utf8"));
    // An end that no test explains is a failure as well, such as a process that a test left behind.
    return well || outcome.failed.length > 0
      ? outcome
      : { ...outcome, failed: [`the ${project} tests ended with an error`] };
  } catch {
    return { passed: 0, failed: [`the ${project} tests did not come to their end`], skipped: [] };
  }
}

const heading = (text: string) => process.stdout.write(`\n=== ${text}\n`);

const failed: string[] = [];
const skipped: Outcome["skipped"][number][] = [];
let passed = 0;

if (findChromium() === undefined && hasBrowserTests(join(PROJECT, "test"))) {
  heading("Chromium for the browser tests");
  process.stdout.write(`${installChromium()}\n`);
}

if (filters.length === 0) {
  for (const { name, args } of CHECKS) {
    heading(name);
    if (await run(args, CHECK_WITHIN_MS)) passed++;
    else failed.push(name);
  }
}

const folder = mkdtempSync(join(tmpdir(), "ordertrail-test-"));
try {
  for (const project of ["unit", "int", "e2e", "browser"]) {
    heading(`${project} tests`);
    const outcome = await runTests(project, folder);
    passed += outcome.passed;
    failed.push(...outcome.failed);
    skipped.push(...outcome.skipped);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

if (skipped.length > 0) heading("skipped");
for (const { name, reason } of skipped) process.stdout.write(`${name}: ${reason}\n`);
if (failed.length > 0) heading("failed");
for (const name of failed) process.stdout.write(`${name}\n`);
process.stdout.write(`\n${passed} passed, ${failed.length} failed, ${skipped.length} skipped\n`);
process.exitCode = failed.length === 0 ? 0 : 1;
