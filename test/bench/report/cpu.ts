import { readdirSync, readFileSync } from "node:fs";

/** Linux counts the processor time of processes in hundredths of a second. */
const TICKS_PER_SECOND = 100;

interface Usage {
  /** Processor seconds by part. */
  readonly parts: ReadonlyMap<string, number>;
  /** Processor seconds of the whole machine, work of others included; undefined where nobody can tell. */
  readonly machine: number | undefined;
  readonly at: number;
}

/** How many cores each part kept busy over a time. */
export interface CpuShares {
  readonly seconds: number;
  readonly cores: ReadonlyMap<string, number>;
  /** Cores kept busy by whatever else runs on the machine. */
  readonly others: number | undefined;
}

/** The part that stands for the process that measures. */
export const CLIENT = "client";

/**
 * Measures the processor time of parts of a system, each a process with all its descendants, from /proc. Where there is
 * no /proc only the measuring process itself is known.
 */
export class CpuWatch {
  readonly #roots: ReadonlyMap<string, number>;
  #begin: Usage;

  /** @param roots process ids by name of the part */
  constructor(roots: Readonly<Record<string, number | undefined>>) {
    this.#roots = new Map(Object.entries(roots).flatMap(([name, pid]) => (pid === undefined ? [] : [[name, pid]])));
    this.#begin = this.#usage();
  }

  /** Shares since the begin or the last call. */
  lap(): CpuShares {
    const now = this.#usage();
    const before = this.#begin;
    this.#begin = now;
    const seconds = (now.at - before.at) / 1000;
    const cores = new Map(
      [...now.parts].map(([name, used]) => [name, (used - (before.parts.get(name) ?? 0)) / seconds] as const),
    );
    const known = busyCores({ cores });
    const machine =
      now.machine === undefined || before.machine === undefined ? undefined : (now.machine - before.machine) / seconds;
    return { seconds, cores, others: machine === undefined ? undefined : Math.max(0, machine - known) };
  }

  #usage(): Usage {
    const { user, system } = process.cpuUsage();
    const parts = new Map([[CLIENT, (user + system) / 1e6]]);
    const processes = readProcesses();
    for (const [name, pid] of this.#roots) parts.set(name, secondsOfTree(processes, pid));
    return { parts, machine: machineSeconds(), at: performance.now() };
  }
}

/** Shares as people read them: the busiest first, in cores. */
export function describeShares({ cores, others }: CpuShares): string {
  const list = [...cores].filter(([, share]) => share >= 0.005).sort(([, a], [, b]) => b - a);
  const parts = list.map(([name, share]) => `${name} ${share.toFixed(2)}`);
  if (others !== undefined) parts.push(`rest of the machine ${others.toFixed(2)}`);
  return `cores busy: ${parts.join(", ")}`;
}

/** Cores that all parts kept busy together, without what else runs on the machine. */
export const busyCores = ({ cores }: Pick<CpuShares, "cores">): number =>
  [...cores.values()].reduce((sum, share) => sum + share, 0);

/** Processor time that each part has spent on one of so many things, in microseconds: hardly depends on the noise. */
export function describeWork({ cores, seconds }: CpuShares, things: number): string {
  const each = [...cores].map(([name, share]) => `${name} ${Math.round((1e6 * share * seconds) / things)}`);
  return `core µs for each: ${each.join(", ")}`;
}

interface ProcessTimes {
  readonly pid: number;
  readonly parent: number;
  /** Own time and that of children that have ended. */
  readonly seconds: number;
}

function readProcesses(): ProcessTimes[] {
  return listFolder("/proc").flatMap((name) => (/^\d+$/.test(name) ? (readProcess(name) ?? []) : []));
}

function readProcess(pid: string): ProcessTimes | undefined {
  const text = readText(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  // The second field is the name in parentheses, and may hold anything.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return { pid: Number(pid), parent: Number(fields[1]), seconds: ticks / TICKS_PER_SECOND };
}

function secondsOfTree(processes: readonly ProcessTimes[], root: number): number {
  const children = Map.groupBy(processes, ({ parent }) => parent);
  let sum = 0;
  const waiting = processes.filter(({ pid }) => pid === root);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    sum += next.seconds;
    waiting.push(...(children.get(next.pid) ?? []));
  }
  return sum;
}

/** Of the first line of /proc/stat: everything but idle and waiting for the disk. */
function machineSeconds(): number | undefined {
  const fields = readText("/proc/stat")?.split("\n")[0]?.trim().split(/\s+/).slice(1, 9).map(Number);
  if (fields === undefined) return undefined;
  const [idle = 0, waiting = 0] = fields.slice(3, 5);
  return (fields.reduce((sum, ticks) => sum + ticks, 0) - idle - waiting) / TICKS_PER_SECOND;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function listFolder(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
