import { mkdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type Command, Option } from "commander";
import { ConfigError } from "../../infra/config.ts";
import { comparePlaces } from "../../infra/consumers/position.ts";
import type { DatedEventStore } from "../../infra/event-store/port.ts";
import { eventRows, type LogSpan } from "../../projections/export/events.ts";
import { writeOcel } from "../../projections/export/ocel/ocel-log.ts";
import { writeOcelSqlite } from "../../projections/export/ocel/ocel-sqlite.ts";
import { OutputFile } from "../../projections/export/output-file.ts";
import { ROW_FORMATS, type RowFormat, writeRows } from "../../projections/export/row-writers.ts";
import type { RowSource } from "../../projections/export/rows.ts";
import { withTables } from "../../projections/export/tables.ts";
import { PROJECTIONS } from "../../projections/read-models.ts";
import { MomentError, parseMoment, placeOfMoment } from "../../projections/replay/questions/as-of.ts";
import { liveSchemas } from "../../projections/runner/generations.ts";
import { progressLine } from "../progress-line.ts";
import { type ReplayEngines, withEngines } from "../replay/engines.ts";

interface ExportOptions {
  readonly format?: RowFormat | "json" | "sqlite";
  readonly out: string;
  readonly from?: string;
  readonly to?: string;
  readonly json?: true;
}

/** What was written, as `--json` says it. */
interface Exported {
  readonly what: string;
  readonly file: string;
  readonly format: string;
  readonly rows: number;
  readonly bytes: number;
  /** Commit position up to which everything is in it. */
  readonly position: string;
  readonly objects?: number;
}

/** Adds `ordertrail export`: events and read models for outside tools. */
export function register(program: Command): void {
  program
    .command("export")
    .description("write events, a read model or an OCEL 2.0 log to a file for other tools")
    .argument("<what>", "events, ocel, a read model such as orders, or one of its tables such as timeline.events")
    .requiredOption("--out <path>", "file to write; a folder for a read model with several tables")
    .addOption(
      new Option("--format <format>", "default: parquet; json for ocel").choices([...ROW_FORMATS, "json", "sqlite"]),
    )
    .option("--from <moment>", "events after this position or time (default: the first)")
    .option("--to <moment>", "events up to this position or time (default: the last)")
    .option("--json", "print what was written as JSON")
    .addHelpText(
      "after",
      `
Works on DATABASE_URL and EVENTSTORE_URL, or on the system that runs (or ran) on the data folder of ORDERTRAIL_DATA.
Everything is as of one position, which is printed. Personal data stays sealed. A file is there under its name only
when it is complete. See docs/export.md for how other tools read it.

Examples:
  ordertrail export events --out events.parquet
  ordertrail export events --format jsonl --from 2026-11-01 --to 2026-12-01 --out november.jsonl
  ordertrail export timeline.events --format csv --out timeline.csv
  ordertrail export ocel --out orders.ocel.json
  ordertrail export ocel --format sqlite --out orders.ocel.sqlite`,
    )
    .action((what: string, options: ExportOptions) => withEngines((engines) => run(engines, what, options)));
}

async function run(engines: ReplayEngines, what: string, options: ExportOptions): Promise<void> {
  const formats: readonly string[] = what === "ocel" ? ["json", "sqlite"] : ROW_FORMATS;
  if (options.format !== undefined && !formats.includes(options.format)) {
    throw new ConfigError(`--format of ${what} is one of ${formats.join(", ")}`);
  }
  const ofLog = what === "events" || what === "ocel";
  if (!ofLog && (options.from ?? options.to) !== undefined) {
    throw new ConfigError(
      `--from and --to are for events; "ordertrail replay ${what} --as-of" shows a read model's past`,
    );
  }
  const written = ofLog ? [await ofEvents(engines, what, options)] : await ofReadModel(engines, what, options);
  if (options.json) process.stdout.write(`${JSON.stringify({ written }, null, 2)}\n`);
  else for (const one of written) process.stdout.write(`${sentence(one)}\n`);
}

async function ofEvents({ store }: ReplayEngines, what: string, options: ExportOptions): Promise<Exported> {
  const span = await spanOf(store, options);
  if (what === "events") return await writeSource(eventRows(span), options, resolve(options.out));
  const path = resolve(options.out);
  const position = (span.until?.commit ?? 0n).toString();
  if (options.format === "sqlite") {
    await (await fileAt(path)).discard(); // only asks whether it could be written
    const { events, objects } = await withProgress(what, (shown) => writeOcelSqlite(span, path, shown));
    const { size } = await stat(path);
    return { what, file: path, format: "ocel sqlite", rows: events, objects, bytes: size, position };
  }
  return await writing(path, what, async (file, shown) => {
    const { events, objects } = await writeOcel(span, file, `${path}.objects-${process.pid}`, shown);
    return { what, file: path, format: "ocel json", rows: events, objects, bytes: file.bytes, position };
  });
}

async function spanOf(store: DatedEventStore, { from, to }: ExportOptions): Promise<LogSpan> {
  try {
    const after = from === undefined ? undefined : await placeOfMoment(store, parseMoment(from));
    const until = to === undefined ? await store.head() : await placeOfMoment(store, parseMoment(to));
    if (comparePlaces(after, until) > 0) throw new ConfigError("--from lies behind --to");
    return { store, after, until };
  } catch (error) {
    if (error instanceof MomentError) throw new ConfigError(error.message, { cause: error });
    throw error;
  }
}

async function ofReadModel({ pool }: ReplayEngines, what: string, options: ExportOptions): Promise<Exported[]> {
  const [name = "", asked] = what.split(".");
  const projection = PROJECTIONS.find((one) => one.name === name);
  if (projection === undefined) {
    const there = ["events", "ocel", ...PROJECTIONS.map((one) => one.name)].join(", ");
    throw new ConfigError(`there is nothing called "${name}" to export; there are: ${there}`);
  }
  if (asked !== undefined && !projection.tables.includes(asked)) {
    throw new ConfigError(`${name} has no table "${asked}"; there are: ${projection.tables.join(", ")}`);
  }
  const tables = asked === undefined ? projection.tables : [asked];
  const live = await liveSchemas(pool).of(name);
  const single = tables.length === 1;
  if (!single) await mkdir(options.out, { recursive: true });
  return await withTables(pool, live, tables, async (sources) => {
    const written: Exported[] = [];
    for (const [n, source] of sources.entries()) {
      const path = single ? resolve(options.out) : resolve(join(options.out, `${tables[n]}.${formatOf(options)}`));
      written.push(await writeSource(source, options, path));
    }
    return written;
  });
}

const formatOf = ({ format = "parquet" }: ExportOptions): RowFormat =>
  format === "json" || format === "sqlite" ? "parquet" : format;

async function writeSource(source: RowSource, options: ExportOptions, path: string): Promise<Exported> {
  const format = formatOf(options);
  return await writing(path, source.name, async (file, shown) => {
    const rows = await writeRows(source, format, file, (done) => shown(done, source.expected));
    return { what: source.name, file: path, format, rows, bytes: file.bytes, position: source.position };
  });
}

/** Told how many rows are done, of how many. */
type Shown = (done: number, expected?: number) => void;

/** Writes a file with a progress line; nothing is left of one that could not be completed. */
async function writing(
  path: string,
  name: string,
  write: (file: OutputFile, shown: Shown) => Promise<Exported>,
): Promise<Exported> {
  const file = await fileAt(path);
  return await withProgress(name, async (shown) => {
    try {
      const exported = await write(file, shown);
      await file.finish();
      return exported;
    } catch (error) {
      await file.discard();
      throw error;
    }
  });
}

async function fileAt(path: string): Promise<OutputFile> {
  return await OutputFile.create(path).catch((cause: Error) => {
    throw new ConfigError(`${path} cannot be written: ${cause.message}`, { cause });
  });
}

async function withProgress<T>(name: string, work: (shown: Shown) => Promise<T>): Promise<T> {
  const line = progressLine(process.stderr);
  const begun = performance.now();
  try {
    return await work((done, expected) =>
      line.show(() => {
        const rate = Math.round(done / Math.max(0.001, (performance.now() - begun) / 1000));
        return `${name}  ${done}${expected === undefined ? "" : ` of about ${expected}`} rows  ${rate}/s`;
      }),
    );
  } finally {
    line.end();
  }
}

const sentence = ({ what, file, rows, bytes, position, objects }: Exported): string =>
  `${file}: ${what}, ${rows} ${what === "ocel" ? `events about ${objects} objects` : "rows"}, ${bytes} bytes, as of position ${position}`;
