import { spawn } from "node:child_process";
import { appendFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readIfExists, writeFileAtomically } from "../../infra/supervisor/files.ts";
import type { Drill, DrillReport } from "./drill.ts";

const PROGRAM = fileURLToPath(new URL("../../cli/ordertrail.ts", import.meta.url));
const LAST_WORDS = 2_000;

/** What many drills are run with. */
export interface CampaignOptions {
  readonly seed: number;
  /** Unset, each drill has its own number. */
  readonly orders?: number | undefined;
  /** Where it is kept which drills have ended: a campaign that was interrupted goes on from there. */
  readonly folder: string;
  /** How long one drill may take, in milliseconds; whatever takes longer is red. */
  readonly withinMs: number;
  /** Where people see what happens. */
  readonly out: NodeJS.WritableStream;
  /** Ends the campaign, and the drill at work. */
  readonly signal: AbortSignal;
}

/** One drill with one seed. */
export interface Run {
  readonly name: string;
  readonly seed: number;
}

export type Verdict = "held" | "red" | "cannot run";

/** What became of a run. */
export interface RunEnded extends Run {
  readonly verdict: Verdict;
  readonly tookMs: number;
  /** Missing where the drill did not come to its end. */
  readonly report?: DrillReport;
  /** Why it is red or cannot run, in a line. */
  readonly why?: string;
}

/** A campaign cannot go on as it is asked to; the message says why. */
export class CampaignError extends Error {
  readonly code = "campaign";
}

interface Begun {
  readonly seed: number;
  readonly orders?: number | undefined;
}

/** The runs of a set of drills: one for each drill, or as many as it is run times, with following seeds. */
export function runsOf(drills: readonly Drill[], seed: number, times?: number): Run[] {
  return drills.flatMap(({ name, times: own = 1 }) =>
    Array.from({ length: times ?? own }, (_, n) => ({ name, seed: seed + n })),
  );
}

/** What the last campaign in a folder was run with, and what has ended of it. Undefined where there was none. */
export async function interrupted(folder: string): Promise<(Begun & { readonly ended: RunEnded[] }) | undefined> {
  const text = await readIfExists(fileOf(folder));
  if (text === undefined) return undefined;
  // A line without its end was being written when the campaign was killed.
  const [first, ...lines] = text.split("\n").slice(0, -1);
  if (first === undefined) return undefined;
  const { seed, orders } = JSON.parse(first) as Begun; // written by `runCampaign` alone
  return { seed, orders, ended: lines.map((line) => JSON.parse(line) as RunEnded) };
}

/**
 * Runs drill after drill, each in a process of its own, so that one that dies or hangs takes no other along. `ended` are
 * those that need not run again. Returns all outcomes, the earlier ones first.
 */
export async function runCampaign(
  runs: readonly Run[],
  ended: readonly RunEnded[],
  options: CampaignOptions,
): Promise<RunEnded[]> {
  const { folder, seed, orders, out, signal } = options;
  await mkdir(folder, { recursive: true });
  const known = ended.filter((one) => runs.some((run) => isSame(run, one)));
  const lines = [{ seed, orders }, ...known].map((line) => `${JSON.stringify(line)}\n`);
  await writeFileAtomically(fileOf(folder), lines.join(""));
  const outcomes = [...known];
  const left = runs.filter((run) => !known.some((one) => isSame(run, one)));
  for (const run of left) {
    if (signal.aborted) break;
    out.write(`\n=== ${run.name}, seed ${run.seed}\n`);
    const outcome = await runAlone(run, options);
    if (signal.aborted) break; // it was ended and has come to no verdict
    await appendFile(fileOf(folder), `${JSON.stringify(outcome)}\n`);
    outcomes.push(outcome);
  }
  return outcomes;
}

async function runAlone(run: Run, options: CampaignOptions): Promise<RunEnded> {
  const { orders, withinMs, out, signal } = options;
  const begun = performance.now();
  const args = ["drill", run.name, "--seed", String(run.seed), "--json"];
  if (orders !== undefined) args.push("--orders", String(orders));
  const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let printed = "";
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => {
    printed += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-LAST_WORDS);
    out.write(chunk);
  });
  // The drill ends its system when it is told to end; whatever does not is killed with it.
  const end = () => void child.kill("SIGTERM");
  signal.addEventListener("abort", end, { once: true });
  const tooLong = setTimeout(() => child.kill("SIGTERM"), withinMs);
  const killed = setTimeout(() => child.kill("SIGKILL"), withinMs + 60_000);
  await new Promise<void>((resolve) => {
    child.once("close", () => resolve());
    child.once("error", () => resolve());
  });
  for (const timer of [tooLong, killed]) clearTimeout(timer);
  signal.removeEventListener("abort", end);
  const tookMs = Math.round(performance.now() - begun);
  const report = reportIn(printed);
  if (report === undefined) {
    const why = tookMs >= withinMs ? `took longer than ${Math.round(withinMs / 60_000)} min` : lastLine(said);
    return { ...run, verdict: "red", tookMs, why: `did not come to its end: ${why}` };
  }
  const { breaches, cannotRun } = report;
  if (breaches.length > 0) return { ...run, verdict: "red", tookMs, report, why: breaches[0] ?? "" };
  if (cannotRun !== undefined) return { ...run, verdict: "cannot run", tookMs, report, why: cannotRun };
  return { ...run, verdict: "held", tookMs, report };
}

function reportIn(printed: string): DrillReport | undefined {
  try {
    return JSON.parse(printed) as DrillReport; // printed by `ordertrail drill --json`
  } catch {
    return undefined;
  }
}

const lastLine = (text: string): string => text.trimEnd().split("\n").at(-1) ?? "";
const fileOf = (folder: string): string => join(folder, "campaign.jsonl");
const isSame = (a: Run, b: Run): boolean => a.name === b.name && a.seed === b.seed;
