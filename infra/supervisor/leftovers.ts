import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Log } from "../log.ts";
import { endProcess } from "./end-process.ts";
import { readIfExists, writeFileAtomically } from "./files.ts";
import { processIdentity } from "./process-identity.ts";

/** What `<data>/run/<name>.json` says about a running child; drills read it to find whom to kill. */
export interface ChildRecord {
  readonly name: string;
  readonly pid: number;
  /** Start time of the process: a later process may get the same pid. */
  readonly identity: string;
  /** Signals that end it, gentlest first; SIGKILL follows. */
  readonly stopSignals: readonly NodeJS.Signals[];
}

const recordFile = (data: string, name: string) => join(data, "run", `${name}.json`);

/** Records a child, so that a later run can end it if this one is killed. */
export async function recordChild(
  data: string,
  name: string,
  pid: number,
  stopSignals: readonly NodeJS.Signals[],
): Promise<void> {
  const identity = await processIdentity(pid);
  if (identity === undefined) return;
  await mkdir(join(data, "run"), { recursive: true });
  const record: ChildRecord = { name, pid, identity, stopSignals };
  await writeFileAtomically(recordFile(data, name), `${JSON.stringify(record)}\n`);
}

export const forgetChild = (data: string, name: string): Promise<void> => rm(recordFile(data, name), { force: true });

/** The children recorded in a data folder, running or not. */
export async function recordedChildren(data: string): Promise<ChildRecord[]> {
  const names = await readdir(join(data, "run")).catch(() => []);
  const records = await Promise.all(
    names
      .filter((name) => name.endsWith(".json"))
      .map(async (name) => parseRecord(await readIfExists(join(data, "run", name)))),
  );
  return records.filter((record) => record !== undefined);
}

/**
 * Left-overs were told to end when their supervisor died, and the engines that they finish their work with are ending
 * too: waiting long for them gains nothing, and all of them are made to be killed.
 */
const GRACE_MS = 3_000;

/**
 * Ends what an earlier, killed run left running. Must be called under the folder's lock: whatever is recorded then
 * belongs to nobody.
 */
export async function endLeftovers(data: string, log: Log, graceMs = GRACE_MS): Promise<void> {
  const records = await recordedChildren(data);
  await Promise.all(
    records.map(async (record) => {
      if ((await processIdentity(record.pid)) === record.identity) {
        log.warn({ child: record.name, leftover: record.pid }, "ending a process that a killed run left behind");
        const gone = await endProcess(record.pid, record.identity, record.stopSignals, graceMs);
        if (!gone) throw new Error(`process ${record.pid} (${record.name}) of an earlier run cannot be ended`);
      }
      await forgetChild(data, record.name);
    }),
  );
}

function parseRecord(text: string | undefined): ChildRecord | undefined {
  try {
    const record = JSON.parse(text ?? "") as Partial<ChildRecord>;
    return typeof record.pid === "number" && typeof record.identity === "string" && typeof record.name === "string"
      ? {
          name: record.name,
          pid: record.pid,
          identity: record.identity,
          stopSignals: record.stopSignals ?? ["SIGTERM"],
        }
      : undefined;
  } catch {
    return undefined;
  }
}
