import { readdir, readFile, readlink, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Log } from "../log.ts";
import { endProcess } from "../supervisor/end-process.ts";
import { processIdentity } from "../supervisor/process-identity.ts";

/** How long a left-over server may take for each way of ending it. */
const GRACE_MS = 10_000;

/**
 * Clears a database folder of what a killed run left in it, so that a new server can start:
 *
 * - A postmaster that still lives is stopped (fast shutdown, then immediate), not adopted: whoever supervises a server
 *   must be its parent to notice its death at once, and its settings may be those of an older version.
 * - Backends whose postmaster was killed hold its shared memory, which keeps a new server from starting: idle ones end
 *   by themselves, busy ones are ended here. Recovery then replays the log, as after any crash.
 * - `postmaster.pid` of a process that is gone, or whose pid now belongs to another program, is removed.
 *
 * Must be called under the data folder's lock.
 */
export async function clearLeftoverServer(pgdata: string, log: Log): Promise<void> {
  const pidFile = join(pgdata, "postmaster.pid");
  const pid = Number((await readFile(pidFile, "utf8").catch(() => "")).split("\n")[0]);
  if (pid > 0 && (await isServerOf(pid, pgdata))) {
    log.warn({ leftover: pid }, "stopping a PostgreSQL server that a killed run left behind");
    await end(pid, ["SIGINT", "SIGQUIT"]);
  }
  for (const orphan of await processesIn(pgdata)) {
    log.warn({ leftover: orphan }, "ending a PostgreSQL process whose server was killed");
    await end(orphan, ["SIGQUIT"]);
  }
  await rm(pidFile, { force: true });
}

async function end(pid: number, signals: readonly NodeJS.Signals[]): Promise<void> {
  const identity = await processIdentity(pid);
  if (identity === undefined) return;
  if (!(await endProcess(pid, identity, signals, GRACE_MS))) {
    throw new Error(`the PostgreSQL process ${pid} of an earlier run cannot be ended`);
  }
}

/** A running process is this folder's server when it works in it; where /proc is missing, when it was started on it. */
async function isServerOf(pid: number, pgdata: string): Promise<boolean> {
  if ((await processIdentity(pid)) === undefined) return false;
  if (process.platform === "linux") return (await workingFolder(pid)) === pgdata;
  const { execFile } = await import("node:child_process");
  return new Promise((resolve) => {
    execFile("ps", ["-o", "command=", "-p", String(pid)], { timeout: 5_000 }, (error, stdout) =>
      resolve(error === null && stdout.includes(pgdata)),
    );
  });
}

/** All processes that work in the folder: PostgreSQL's processes do, for all their life. Empty without /proc. */
async function processesIn(pgdata: string): Promise<number[]> {
  if (process.platform !== "linux") return [];
  const pids = (await readdir("/proc")).map(Number).filter((pid) => pid > 0);
  const found: number[] = [];
  for (const pid of pids) {
    if ((await workingFolder(pid)) === pgdata && (await isPostgres(pid))) found.push(pid);
  }
  return found;
}

const workingFolder = (pid: number): Promise<string | undefined> => readlink(`/proc/${pid}/cwd`).catch(() => undefined);

/** Somebody's shell may stand in the folder: that is no reason to end it. */
const isPostgres = async (pid: number): Promise<boolean> =>
  (await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "")).trim() === "postgres";
