import type { Command } from "commander";
import { ConfigError, readConfig } from "../../infra/config.ts";
import { EXIT } from "../exit.ts";
import { progressLine } from "../progress-line.ts";

interface Options {
  readonly keys?: string;
  readonly to?: string;
  readonly json?: true;
}

const MOST_NAMED = 20;

/** Adds `ordertrail restore`: a data folder from a backup, from keys, or both. */
export function register(program: Command): void {
  program
    .command("restore")
    .description("put the log of a backup, the keys of a keys file, or both into a data folder on which nothing runs")
    .argument("[backup]", "the folder of the backup; left out, only keys are restored")
    .option("--keys <file>", "the keys file")
    .option("--to <folder>", "the data folder (default: ORDERTRAIL_DATA)")
    .option("--json", "print the outcome as JSON")
    .addHelpText(
      "after",
      `
End the system first; nothing that is there is overwritten. Both parts are checked before anything gets its place.
Erasures that the log holds are applied to the restored keys again, and customers whose keys are lost are named.

The next start finds where consumers have seen more than the restored log holds: it writes a report of what is lost
(reports/set-back-….json), drops every read model, and makes all of it anew from the log. Payments and parcels of
after the backup are found again with the payment gateway and the carrier by their references: nothing is charged or
booked twice.

Examples:
  ordertrail restore /mnt/backups/ordertrail-20261121T180000Z --keys /mnt/vault/keys-2026-11-21.jsonl
  ordertrail restore --keys /mnt/vault/keys-2026-11-21.jsonl`,
    )
    .action(restore);
}

async function restore(backup: string | undefined, { keys, to, json }: Options): Promise<void> {
  if (backup === undefined && keys === undefined) throw new ConfigError("name a backup, --keys <file>, or both");
  const { restoreSystem } = await import("../backup/restore-backup.ts");
  const config = readConfig({ ...process.env, ...(to === undefined ? {} : { ORDERTRAIL_DATA: to }) });
  const line = progressLine(process.stderr);
  let restored: Awaited<ReturnType<typeof restoreSystem>>;
  try {
    restored = await restoreSystem(config, { backup, keysFile: keys }, ({ step, done, of }) =>
      line.show(() => `${step}  ${of === 0 ? 100 : Math.floor((100 * done) / of)}%`),
    );
  } finally {
    line.end();
  }
  const found = restored.keys;
  if (found && (found.withoutKey.length > 0 || found.differing.length > 0)) process.exitCode = EXIT.failed;
  if (json) {
    process.stdout.write(`${JSON.stringify(restored, null, 2)}\n`);
    return;
  }
  const say = (text: string) => void process.stdout.write(`${text}\n`);
  if (restored.log) say(`${restored.data}: ${restored.log.events} events, to position ${restored.log.position}`);
  if (!found) return;
  say(
    `keys: ${found.added} customers came back, ${found.kept} were there; ${found.erasedAgain} erasures applied again`,
  );
  name(say, "customers of the log have no key, and their personal data cannot be read any more", found.withoutKey);
  name(say, "customers have another key than the backup's, made since: what it sealed does not open", found.differing);
}

function name(say: (text: string) => void, what: string, ids: readonly string[]): void {
  if (ids.length === 0) return;
  say(`LOST: ${ids.length} ${what}:`);
  for (const id of ids.slice(0, MOST_NAMED)) say(`  ${id}`);
  if (ids.length > MOST_NAMED) say(`  … and ${ids.length - MOST_NAMED} more (--json names all)`);
}
