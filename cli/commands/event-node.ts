import { statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Command } from "commander";
import { ConfigError, readConfig } from "../../infra/config.ts";
import type { BackupProgress } from "../../infra/event-node/backup/backup.ts";
import { DataDirError } from "../../infra/event-node/log/data-dir.ts";
import { EXIT } from "../exit.ts";
import { progressLine } from "../progress-line.ts";
import { systemAddresses } from "../running-system.ts";

interface Output {
  readonly json?: true;
}
interface OnLog extends Output {
  readonly data?: string;
}

/** Adds `ordertrail event-node`: the event node's file, looked after. */
export function register(program: Command): void {
  const node = program.command("event-node").description("look after the log of the event node");
  node
    .command("check")
    .description("read a log from end to end and name what is damaged")
    .argument("[file]", "the file events.db, or the folder it lies in (default: that of ordertrail up)")
    .option("--json", "print the report as JSON")
    .addHelpText(
      "after",
      `
Reads every page and every event, recomputes the checksums, and looks for holes. Nothing is written, and the node may
run meanwhile. What is damaged is named with stream, revision, position and page, with what to do about it.
Exits with 1 when it finds something, with 2 when there is no such file.

Examples:
  ordertrail event-node check
  ordertrail event-node check /var/lib/ordertrail/events/events.db --json | jq '.findings'`,
    )
    .action(check);
  node
    .command("backup")
    .description("copy the log, also while the node runs")
    .argument("<target>", "a new folder; or one that is there, in which a folder with the time in its name is made")
    .option("--data <folder>", "the node's data folder (default: that of ordertrail up)")
    .option("--json", "print the backup's manifest as JSON")
    .addHelpText(
      "after",
      `
Appends go on beside it. Everything acknowledged before it began is in the backup, which is checked, brought to the
disk and only then gets its name. Keep backups on another disk.

Examples:
  ordertrail event-node backup /mnt/backups
  ordertrail event-node backup ./before-the-upgrade`,
    )
    .action(backup);
  node
    .command("restore")
    .description("make the data folder of a node from a backup")
    .argument("<backup>", "the folder of the backup")
    .requiredOption("--to <folder>", "the data folder to make; one that holds a log is refused")
    .option("--json", "print the backup's manifest as JSON")
    .addHelpText(
      "after",
      `
The backup is compared with its manifest and checked before its log gets its place. Read models that were made from a
longer log know more than the restored one: rebuild them before the system goes on.

Examples:
  ordertrail event-node restore /mnt/backups/event-node-20260102T030405Z --to ./data/events
  ordertrail event-node restore ./before-the-upgrade --to /var/lib/ordertrail/events`,
    )
    .action(restore);
  node
    .command("scavenge")
    .description("remove the events that the metadata of streams hides, from a running node")
    .option(
      "--url <url>",
      "the node, as esdb://host:port?tls=false (default: EVENTSTORE_URL, or that of ordertrail up)",
    )
    .option("--stop", "stop the one that runs; the next start goes on where it was")
    .option("--json", "print the report as JSON")
    .addHelpText(
      "after",
      `
Removes what $maxCount, $maxAge and $tb hide, and the events of deleted and tombstoned streams. The last event of each
stream stays, and the ids of removed events are kept, so that no append is answered otherwise than before. Appends go
on meanwhile. Ending this command does not end the scavenge. The file does not get smaller: new events use the space.

Examples:
  ordertrail event-node scavenge
  ordertrail event-node scavenge --url 'esdb://127.0.0.1:2113?tls=false' --json
  ordertrail event-node scavenge --stop`,
    )
    .action(scavenge);
}

const dataFolder = (given: string | undefined): string => given ?? join(readConfig().ORDERTRAIL_DATA, "events");

async function check(file: string | undefined, { json }: Output): Promise<void> {
  const { checkFile } = await import("../../infra/event-node/check/check-file.ts");
  const path = databaseFile(file ?? dataFolder(undefined));
  const report = await withProgress((onProgress) => checkFile(path, onProgress));
  if (!report.sound) process.exitCode = EXIT.failed;
  if (json) return print(report);
  const { events, streams, scavenged, lastPosition } = report;
  for (const { message } of report.findings) say(message);
  if (report.more > 0) say(`… and ${report.more} findings more`);
  for (const advice of report.advice) say(`→ ${advice}`);
  const outcome = report.sound ? "nothing is damaged" : `${report.findings.length + report.more} findings: DAMAGED`;
  const gone = scavenged > 0 ? `, ${scavenged} scavenged` : "";
  say(`${path}: ${events} whole events in ${streams} streams${gone}, to position ${lastPosition}; ${outcome}`);
}

function databaseFile(given: string): string {
  try {
    const path = statSync(given).isDirectory() ? join(given, "events.db") : given;
    statSync(path);
    return path;
  } catch (error) {
    throw new ConfigError(`there is no event log at ${given}: ${(error as Error).message}`);
  }
}

async function backup(target: string, { data, json }: OnLog): Promise<void> {
  const { backupLog } = await import("../../infra/event-node/backup/backup.ts");
  const made = await refusals(() => withProgress((onProgress) => backupLog(dataFolder(data), target, onProgress)));
  if (json) return print({ path: made.path, ...made.manifest });
  const { events, position, bytes } = made.manifest;
  say(`${made.path}: ${events} events, to position ${position}, ${mib(bytes)}, checked`);
}

async function restore(from: string, { to, json }: Output & { to: string }): Promise<void> {
  const { restoreLog } = await import("../../infra/event-node/backup/restore.ts");
  const manifest = await refusals(() => withProgress((onProgress) => restoreLog(from, to, onProgress)));
  if (json) return print({ path: to, ...manifest });
  const { events, position, createdAt } = manifest;
  say(
    `${to}: ${events} events, to position ${position}, as of ${createdAt}; start a node on it, and rebuild read models`,
  );
}

const POLL_MS = 250;

async function scavenge({ url, stop, json }: Output & { url?: string; stop?: true }): Promise<void> {
  const { RemoteScavenges } = await import("../../infra/event-node/scavenge/remote.ts");
  const config = readConfig();
  const address = url ?? (await systemAddresses(config)).EVENTSTORE_URL;
  if (address === undefined)
    throw new ConfigError(
      `no node was found at ${config.ORDERTRAIL_DATA}: start "ordertrail up", or set EVENTSTORE_URL or --url`,
    );
  const node = new RemoteScavenges(address);
  if (!stop) await node.start();
  const line = progressLine(process.stderr);
  let last = await node.last();
  if (stop && last.state === "running") await node.stop(last.scavengeId);
  try {
    for (; last.state === "running"; last = await node.last()) {
      const { streamsDone, streams, eventsDropped } = last;
      line.show(() => `${streamsDone} of ${streams} streams  ${eventsDropped} events removed`);
      await setTimeout(POLL_MS);
    }
  } finally {
    line.end();
  }
  if (last.state === "failed") process.exitCode = EXIT.failed;
  if (json) return print(last);
  const { state, streamsDone, streams, eventsDropped, bytesDropped, bytesFree, message } = last;
  say(
    `scavenge ${state}${message ? ` (${message})` : ""}: ${eventsDropped} events removed, ${mib(bytesDropped)}, ` +
      `from ${streamsDone} of ${streams} streams with metadata; ${mib(bytesFree)} of the file are free for new events`,
  );
}

/** What the caller has to change is wrong usage; the rest is a failure. */
async function refusals<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof DataDirError ? new ConfigError(error.message) : error;
  }
}

async function withProgress<T>(work: (onProgress: (progress: BackupProgress) => void) => Promise<T>): Promise<T> {
  const line = progressLine(process.stderr);
  let begun = performance.now();
  let step = "";
  try {
    return await work((progress) => {
      if (progress.step !== step) begun = performance.now();
      step = progress.step;
      line.show(() => progressText(progress, performance.now() - begun));
    });
  } finally {
    line.end();
  }
}

function progressText({ step, done, of }: BackupProgress, ms: number): string {
  const share = of === 0 ? 100 : Math.floor((100 * done) / of);
  if (step === "copy") return `copying  ${share}%  ${mib(done)} of ${mib(of)}`;
  if (step === "pages") return "reading the pages";
  const rate = Math.round(done / Math.max(0.001, ms / 1000));
  return `reading the ${step}  ${share}%  ${done} of ${of}  ${rate}/s  ${Math.ceil((of - done) / Math.max(1, rate))} s left`;
}

const mib = (bytes: number): string => `${(bytes / 1024 ** 2).toFixed(1)} MiB`;

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const print = (value: unknown): void => say(JSON.stringify(value, null, 2));
