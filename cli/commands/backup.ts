import type { Command } from "commander";
import { readConfig } from "../../infra/config.ts";
import { progressLine } from "../progress-line.ts";

interface Options {
  readonly keys?: string;
  readonly data?: string;
  readonly json?: true;
}

/** Adds `ordertrail backup`: what cannot be derived from anything else. */
export function register(program: Command): void {
  program
    .command("backup")
    .description("copy what nothing else can be derived from: the event log, and the keys into a file of their own")
    .argument("<folder>", "a new folder; or one that is there, in which a folder with the time in its name is made")
    .option("--keys <file>", "write the keys as well, into this new file (0600)")
    .option("--data <folder>", "the system's data folder (default: ORDERTRAIL_DATA)")
    .option("--json", "print the manifest as JSON")
    .addHelpText(
      "after",
      `
The system may run meanwhile. Read models, positions and effects are made from the log and are not copied. With
EVENTSTORE_URL the log is the cluster's, and backed up with its own means: then only the keys are written.

The keys file holds every customer's key and the keys of this installation: whoever has it and the log can read all
personal data. Keep it apart from other backups, and keep few of them: what a customer wants forgotten is in them.

Examples:
  ordertrail backup /mnt/backups
  ordertrail backup /mnt/backups --keys /mnt/vault/keys-2026-11-21.jsonl`,
    )
    .action(backup);
}

async function backup(folder: string, { keys, data, json }: Options): Promise<void> {
  const { makeBackup } = await import("../backup/make-backup.ts");
  const config = readConfig({ ...process.env, ...(data === undefined ? {} : { ORDERTRAIL_DATA: data }) });
  const line = progressLine(process.stderr);
  let made: Awaited<ReturnType<typeof makeBackup>>;
  try {
    made = await makeBackup(config, folder, keys, ({ step, done, of }) =>
      line.show(() => `${step}  ${of === 0 ? 100 : Math.floor((100 * done) / of)}%`),
    );
  } finally {
    line.end();
  }
  const { path, manifest } = made;
  if (json) {
    process.stdout.write(`${JSON.stringify({ path, ...manifest }, null, 2)}\n`);
    return;
  }
  const log = manifest.events
    ? `${manifest.events.events} events, to position ${manifest.events.position}, checked`
    : "the log is that of EVENTSTORE_URL, and not in it";
  process.stdout.write(`${path}: ${log}\n`);
  process.stdout.write(
    manifest.keys
      ? `${keys}: keys of ${manifest.keys.customers} customers and of the installation; keep it apart\n`
      : "no keys were written: without them the log's personal data cannot be read (--keys <file>)\n",
  );
}
