import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { type Command, Option } from "commander";
import { checkEntry, importEntry } from "../../commands/catalogue/bulk-import.ts";
import { BULK_KINDS, type BulkKind, type BulkRow, readBulk, readLine } from "../../domain/catalogue/bulk.ts";
import { readConfig } from "../../infra/config.ts";
import { createLog } from "../../infra/log.ts";
import { foundation } from "../roles/foundation.ts";
import { systemAddresses } from "../running-system.ts";

const AT_ONCE = 32;
const MOST_FAULTS_SHOWN = 20;

/** Adds `ordertrail import`: many sites or items from a file of JSON lines. */
export function register(program: Command): void {
  program
    .command("import")
    .description("open sites or list items in bulk, from a file with one JSON object a line, or from a table")
    .addOption(new Option("--kind <kind>", "what the lines hold").choices(BULK_KINDS).makeOptionMandatory())
    .argument("<file>", "JSON lines, each what POST /api/sites or POST /api/items takes; or a table (.csv)")
    .option("--as <id>", "id of the admin whose act this is", "import")
    .option("--dry-run", "say what would be done, and write nothing")
    .option("--json", "report as one JSON object")
    .addHelpText(
      "after",
      `
A line that was imported before changes nothing; one that differs from what is there changes it, and says nothing of
what it leaves out. Lines that are not valid are reported with their number and left out; the exit code is 1 then. The
page "Catalogue" reads the same files, shows what they would change, and writes them.

Examples:
  ordertrail import --kind items catalogue.jsonl
  ordertrail import --kind items catalogue.csv --dry-run
  ordertrail import --kind sites sites.jsonl`,
    )
    .action(run);
}

interface Tally {
  created: number;
  changed: number;
  unchanged: number;
  readonly faults: string[];
}

interface Options {
  readonly kind: BulkKind;
  readonly as: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

async function run(file: string, options: Options): Promise<void> {
  const config = readConfig();
  const { DATABASE_URL, EVENTSTORE_URL } = await systemAddresses(config);
  const base = await foundation({ ...config, DATABASE_URL, EVENTSTORE_URL }, "import", createLog("import", "warn"));
  const tally: Tally = { created: 0, changed: 0, unchanged: 0, faults: [] };
  try {
    await eachRow(file, options.kind, async ({ line, value, fault }) => {
      const told = (reason: string) => tally.faults.push(`line ${line}: ${reason}`);
      try {
        if (fault !== undefined) told(fault);
        else {
          const done = await (options.dryRun
            ? checkEntry(base, options.kind, value)
            : importEntry(base, options.kind, options.as, value));
          if (done.outcome === "refused") told(done.fault ?? "it is not valid");
          else tally[done.outcome]++;
        }
      } catch (error) {
        told(error instanceof Error ? error.message : String(error));
      }
      const done = tally.created + tally.changed + tally.unchanged + tally.faults.length;
      if (!options.json && process.stdout.isTTY && done % 100 === 0) process.stdout.write(`\r${done} lines`);
    });
  } finally {
    await base.close();
  }
  report(tally, options);
  process.exit(tally.faults.length > 0 ? 1 : 0);
}

function report({ created, changed, unchanged, faults }: Tally, { kind, json, dryRun = false }: Options): void {
  if (json) {
    process.stdout.write(`${JSON.stringify({ kind, dryRun, created, changed, unchanged, faults })}\n`);
    return;
  }
  const end = process.stdout.isTTY ? "\r" : "";
  const would = dryRun ? " (nothing was written)" : "";
  process.stdout.write(`${end}${kind}: ${created} created, ${changed} changed, ${unchanged} unchanged${would}\n`);
  for (const fault of faults.slice(0, MOST_FAULTS_SHOWN)) process.stderr.write(`${fault}\n`);
  if (faults.length > MOST_FAULTS_SHOWN) process.stderr.write(`and ${faults.length - MOST_FAULTS_SHOWN} more\n`);
}

/** Works on lines as they are read, so many at a time, whatever the size of the file; a table is read as a whole. */
async function eachRow(file: string, kind: BulkKind, work: (row: BulkRow) => Promise<void>): Promise<void> {
  const running = new Set<Promise<void>>();
  for await (const row of rowsOf(file, kind)) {
    const task: Promise<void> = work(row).finally(() => running.delete(task));
    running.add(task);
    if (running.size >= AT_ONCE) await Promise.race(running);
  }
  await Promise.all(running);
}

async function* rowsOf(file: string, kind: BulkKind): AsyncGenerator<BulkRow> {
  if (/\.(csv|tsv)$/i.test(file)) {
    yield* readBulk(kind, await readFile(file, "utf8"));
    return;
  }
  let number = 0;
  for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
    const row = readLine(text, ++number);
    if (row) yield row;
  }
}
