import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/**
 * What tells a process from a later one with the same pid: its start time (with the boot it happened in, on Linux).
 * `undefined` when no such process runs. A zombie counts as ended: in a container whose first process collects no
 * orphans, a killed left-over stays one for ever.
 */
export async function processIdentity(pid: number): Promise<string | undefined> {
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  return process.platform === "linux" ? linuxIdentity(pid) : portableIdentity(pid);
}

/** Whether the process that was recorded with this identity still runs. */
export async function isSameProcess(pid: number, identity: string): Promise<boolean> {
  return (await processIdentity(pid)) === identity;
}

async function linuxIdentity(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "latin1");
    // The command name is in parentheses and may itself hold spaces and parentheses: fields are counted after the last.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state] = fields;
    const [threads, startTicks] = [Number(fields[17]), fields[19]];
    // The first thread of a killed process is a zombie while the others still hold its files and locks.
    if (state === "X" || (state === "Z" && threads <= 1)) return undefined;
    const boot = (await readFile("/proc/sys/kernel/random/boot_id", "latin1")).trim();
    return `${boot}:${startTicks}`;
  } catch {
    return undefined;
  }
}

async function portableIdentity(pid: number): Promise<string | undefined> {
  try {
    const { stdout } = await run("ps", ["-o", "stat=,lstart=", "-p", String(pid)], { timeout: 5_000 });
    const line = stdout.trim();
    return line === "" || line.startsWith("Z") ? undefined : line.replace(/^\S+\s+/, "");
  } catch {
    return undefined;
  }
}
