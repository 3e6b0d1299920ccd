import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { type Command, Option } from "commander";
import type { z } from "zod";
import { items, sites } from "../../commands/catalogue/catalogue-aggregates.ts";
import { listItemBody, openSiteBody } from "../../commands/http/schemas.ts";
import type { Envelope } from "../../commands/writing/build-events.ts";
import { decide as decideItem, itemStream } from "../../domain/catalogue/item.ts";
import { commandIdFor, fingerprint } from "../../domain/chain/ids.ts";
import { decide as decideSite, STATIONS, siteStream } from "../../domain/site/site.ts";
import { readConfig } from "../../infra/config.ts";
import { createLog } from "../../infra/log.ts";
import { type Foundation, foundation } from "../roles/foundation.ts";
import { systemAddresses } from "../running-system.ts";

const KINDS = ["sites", "items"] as const;
type Kind = (typeof KINDS)[number];

const AT_ONCE = 32;
const MOST_FAULTS_SHOWN = 20;

/** Adds `ordertrail import`: many sites or items from a file of JSON lines. */
export function register(program: Command): void {
  program
    .command("import")
    .description("open sites or list items in bulk, from a file with one JSON object a line")
    .addOption(new Option("--kind <kind>", "what the lines hold").choices(KINDS).makeOptionMandatory())
    .argument("<file>", "JSON lines; a line holds what POST /api/sites or POST /api/items takes")
    .option("--as <id>", "id of the admin whose act this is", "import")
    .option("--json", "report as one JSON object")
    .addHelpText(
      "after",
      `
A line that was imported before changes nothing; one that differs from what is there changes it. Lines that are not
valid are reported with their number and left out; the exit code is 1 then.

Examples:
  ordertrail import --kind items catalogue.jsonl
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

async function run(file: string, options: { kind: Kind; as: string; json?: boolean }): Promise<void> {
  const config = readConfig();
  const { DATABASE_URL, EVENTSTORE_URL } = await systemAddresses(config);
  const base = await foundation({ ...config, DATABASE_URL, EVENTSTORE_URL }, "import", createLog("import", "warn"));
  const tally: Tally = { created: 0, changed: 0, unchanged: 0, faults: [] };
  try {
    await eachLine(file, async (line, number) => {
      try {
        tally[await importLine(base, options.kind, options.as, line)]++;
      } catch (error) {
        tally.faults.push(`line ${number}: ${error instanceof Error ? error.message : String(error)}`);
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

function report({ created, changed, unchanged, faults }: Tally, { kind, json }: { kind: Kind; json?: boolean }): void {
  if (json) {
    process.stdout.write(`${JSON.stringify({ kind, created, changed, unchanged, faults })}\n`);
    return;
  }
  const end = process.stdout.isTTY ? "\r" : "";
  process.stdout.write(`${end}${kind}: ${created} created, ${changed} changed, ${unchanged} unchanged\n`);
  for (const fault of faults.slice(0, MOST_FAULTS_SHOWN)) process.stderr.write(`${fault}\n`);
  if (faults.length > MOST_FAULTS_SHOWN) process.stderr.write(`and ${faults.length - MOST_FAULTS_SHOWN} more\n`);
}

/** Works on lines as they are read, so many at a time, whatever the size of the file. */
async function eachLine(file: string, work: (line: string, number: number) => Promise<void>): Promise<void> {
  const running = new Set<Promise<void>>();
  let number = 0;
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
    number++;
    if (line.trim() === "") continue;
    const task: Promise<void> = work(line, number).finally(() => running.delete(task));
    running.add(task);
    if (running.size >= AT_ONCE) await Promise.race(running);
  }
  await Promise.all(running);
}

async function importLine(
  base: Foundation,
  kind: Kind,
  admin: string,
  line: string,
): Promise<"created" | "changed" | "unchanged"> {
  const parsed: unknown = JSON.parse(line);
  if (kind === "items") {
    const { sku, ...details } = valid(listItemBody, parsed);
    const { state: known, revision } = await base.writer.memory.refresh(itemStream(sku), items);
    const envelope = envelopeOf(base, kind, admin, parsed, revision);
    const command = known ? ({ type: "change", details } as const) : ({ type: "list", sku, details } as const);
    const written = await base.writer.write({
      stream: itemStream(sku),
      aggregate: items,
      kind: "fact",
      envelope,
      decide: (state) => (state && holds(state, details) ? [] : decideItem(command, state)),
    });
    return outcome(known !== undefined, written);
  }
  const { siteId, stations, ...rest } = valid(openSiteBody, parsed);
  const details = { ...rest, stations: stations ?? STATIONS[rest.kind] };
  const { state: known, revision } = await base.writer.memory.refresh(siteStream(siteId), sites);
  const envelope = envelopeOf(base, kind, admin, parsed, revision);
  const command = known ? ({ type: "change", details } as const) : ({ type: "open", siteId, details } as const);
  const written = await base.writer.write({
    stream: siteStream(siteId),
    aggregate: sites,
    kind: "fact",
    envelope,
    decide: (state) => (state && holds(state, details) ? [] : decideSite(command, state)),
  });
  return outcome(known !== undefined, written);
}

const outcome = (known: boolean, { own, repeated }: { own: unknown; repeated: boolean }) =>
  own === undefined || repeated ? "unchanged" : known ? "changed" : "created";

/** True when everything that is asked for is there already. */
function holds(state: object, details: object): boolean {
  return Object.entries(details).every(
    ([key, value]) => JSON.stringify(state[key as keyof typeof state]) === JSON.stringify(value),
  );
}

function valid<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Error(parsed.error.issues.map(({ path, message }) => `${path.join(".") || "line"}: ${message}`).join("; "));
}

/** One command for a line and what it finds: a line that comes back after another change is a new command. */
function envelopeOf(base: Foundation, kind: Kind, admin: string, body: unknown, found: bigint): Envelope {
  const fp = fingerprint(base.fingerprintKey, { command: `import.${kind}`, body });
  return {
    cmd: commandIdFor(`admin:${admin}`, `import/${kind}/${fp}/${found}`),
    fp,
    at: new Date(base.clock.now()).toISOString(),
    actor: { type: "admin", id: admin },
    correlationId: `import-${kind}`,
    causationId: `import/${fp}`,
  };
}
