import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { BenchEngines } from "./engines.ts";
import { type CpuShares, CpuWatch } from "./report/cpu.ts";

const PROGRAM = fileURLToPath(new URL("rebuild-process.ts", import.meta.url));

/** What the rebuilding process prints: that it begins, its memory at each quarter of the log, what it has done. */
export type RebuildLine =
  | { readonly ready: true }
  | { readonly share: number; readonly rss: number }
  | { readonly events: number; readonly handled: number; readonly perSecond: number };

/** A measured rebuild. */
export interface MeasuredRebuild {
  readonly events: number;
  readonly handled: number;
  /** Events of the log, those that are not handled included. */
  readonly perSecond: number;
  readonly shares: CpuShares;
  /** Resident memory at 25, 50, 75 and 100 % of the log, in bytes. */
  readonly memory: readonly { readonly rebuild: number; readonly eventNode: number | undefined }[];
}

/**
 * Rebuilds read models by one reading of the log, in a process of its own, and drops them again. BENCH_NODE_FLAGS are
 * given to that process.
 */
export async function measureRebuild(engines: BenchEngines, names: readonly string[]): Promise<MeasuredRebuild> {
  const flags = (process.env.BENCH_NODE_FLAGS ?? "").split(" ").filter(Boolean);
  const profiles = process.env.BENCH_PROFILES;
  if (profiles !== undefined) flags.push("--cpu-prof", `--cpu-prof-dir=${profiles}`);
  const child = spawn(process.execPath, [...flags, PROGRAM, engines.eventStoreUrl, engines.databaseUrl, ...names], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "close");
  const cpu = new CpuWatch({ ...engines.pids, rebuild: child.pid });
  const memory: { rebuild: number; eventNode: number | undefined }[] = [];
  let measured: MeasuredRebuild | undefined;
  for await (const line of linesOf(child)) {
    if ("ready" in line) cpu.lap();
    else if ("rss" in line) memory.push({ rebuild: line.rss, eventNode: residentMemory(engines.pids["event node"]) });
    else measured = { ...line, shares: cpu.lap(), memory };
  }
  const [code] = await ended;
  if (measured === undefined) throw new Error(`rebuilding ${names.join(", ")} ended with ${code}`);
  return measured;
}

/** Memory on the way, as reports say it: flat is when the last is as the first. */
export function describeMemory({ memory }: MeasuredRebuild): string {
  const list = (values: readonly (number | undefined)[]) =>
    values.map((bytes) => (bytes === undefined ? "?" : Math.round(bytes / 1024 / 1024))).join(", ");
  const parts = [`rebuild ${list(memory.map(({ rebuild }) => rebuild))}`];
  if (memory.some(({ eventNode }) => eventNode !== undefined))
    parts.push(`event node ${list(memory.map(({ eventNode }) => eventNode))}`);
  return `MB at 25, 50, 75, 100 %: ${parts.join("; ")}`;
}

async function* linesOf({ stdout }: ChildProcess): AsyncGenerator<RebuildLine> {
  if (stdout === null) throw new Error("the rebuild's output is not read");
  for await (const line of createInterface({ input: stdout })) yield JSON.parse(line) as RebuildLine; // by rebuild-process.ts
}

/** Of a process, in bytes; undefined where there is no /proc. */
function residentMemory(pid: number | undefined): number | undefined {
  try {
    const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}
