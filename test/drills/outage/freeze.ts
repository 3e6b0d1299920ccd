import { readdir, readFile } from "node:fs/promises";

/** A process and all its descendants, itself first. Linux only: read from /proc. */
export async function familyOf(pid: number): Promise<number[]> {
  const parents = new Map<number, number>();
  for (const entry of await readdir("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      // "pid (name) state ppid …"; a name may hold spaces and brackets.
      const stat = await readFile(`/proc/${entry}/stat`, "utf8");
      parents.set(Number(entry), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]));
    } catch {
      // It has ended meanwhile.
    }
  }
  const family = [pid];
  for (const one of family) for (const [child, parent] of parents) if (parent === one) family.push(child);
  return family;
}

/** Stops a process with all its descendants, as a machine that hangs: connections stay open and nobody answers. */
export async function freeze(pid: number): Promise<() => Promise<void>> {
  const frozen = await familyOf(pid);
  for (const one of frozen) signal(one, "SIGSTOP");
  return async () => {
    for (const one of await familyOf(pid)) signal(one, "SIGCONT");
  };
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended meanwhile.
  }
}
