import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** One test that shows whether a defence holds. */
export interface Check {
  readonly project: "unit" | "int" | "e2e";
  /** Path from the project's root. */
  readonly file: string;
  /** Its whole name, as vitest puts it together: the describes, and the test, with a space between. */
  readonly name: string;
}

/** What became of a check. */
export interface Outcome {
  readonly check: Check;
  readonly state: "green" | "red" | "not run";
  /** What failed, in a few words; empty when nothing did. */
  readonly message: string;
}

interface VitestReport {
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages: readonly string[] | null;
    }[];
  }[];
}

const WITHIN_MS = 120_000;
const require = createRequire(import.meta.url);
const VITEST = join(dirname(require.resolve("vitest/package.json")), "vitest.mjs");
const KEPT_OUTPUT = 4_000;

/** Runs checks of one kind in a folder that holds the project, or a copy of it. */
export async function runChecks(folder: string, checks: readonly Check[]): Promise<Outcome[]> {
  const projects = new Set(checks.map(({ project }) => project));
  const names = checks.map(({ name }) => `^${escaped(name)}$`).join("|");
  const report = join(folder, `outcome-${process.pid}.json`);
  const files = [...new Set(checks.map(({ file }) => file))];
  const args = ["run", ...[...projects].flatMap((project) => ["--project", project]), ...files, "-t", names];
  const output = await ended(folder, [VITEST, ...args, "--reporter=json", `--outputFile=${report}`]);
  const text = await readFile(report, "utf8").catch(() => undefined);
  if (text === undefined) throw new Error(`the checks came to no end:\n${output}`);
  const { testResults } = JSON.parse(text) as VitestReport; // what vitest's JSON reporter writes
  const found = testResults.flatMap(({ assertionResults }) => assertionResults);
  return checks.map((check) => {
    const one = found.find(({ fullName }) => fullName === check.name);
    if (one?.status === "passed") return { check, state: "green", message: "" };
    if (one?.status === "failed") return { check, state: "red", message: firstLine(one.failureMessages?.[0]) };
    const why = testResults.map(({ message }) => message).find(Boolean) ?? output.slice(-KEPT_OUTPUT);
    return { check, state: "not run", message: why };
  });
}

/** Resolves with the last of its output, whatever its exit code. */
function ended(folder: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, NO_COLOR: "1" };
    const child = spawn(process.execPath, [...args], { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        output = (output + chunk.toString()).slice(-KEPT_OUTPUT);
      });
    }
    const timer = setTimeout(() => child.kill("SIGKILL"), WITHIN_MS);
    child.once("error", reject);
    child.once("exit", () => {
      clearTimeout(timer);
      resolve(output);
    });
  });
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

const firstLine = (message: string | undefined): string =>
  (message ?? "")
    .split("\n")[0]
    ?.replace(/^AssertionError: /, "")
    .slice(0, 160) ?? "";
