import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { contentsOf } from "./log-file.ts";

const fileBeside = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const WRITER = fileBeside("write-log.ts");
/** When one of these changes, an earlier log is not used any more. */
const MADE_BY = [
  "write-log.ts",
  "log-file.ts",
  "business-log.ts",
  "order-lives.ts",
  "../../../commands/writing/build-events.ts",
  "../../../infra/event-node/log/database.ts",
];
const UNDER_WAY = 1_000;
const BEGAN_AT = Date.UTC(2026, 10, 21, 8);

/** A log on the disk that an event node can be started on; it must not be written to. */
export interface CachedLog {
  readonly dir: string;
  readonly events: number;
  /** Average size of an event's data and metadata. */
  readonly bytesEach: number;
}

/** Where what takes long to make is kept between runs: BENCH_DATA, or a folder of the system's temporary one. */
export const benchData = (): string => process.env.BENCH_DATA ?? join(tmpdir(), "ordertrail-bench");

/**
 * A log of about so many events of a whole business: 1,000 orders under way at once, with their ledgers and couriers,
 * sealed and chained as the project writes them. Written once, about a minute and a half for each million, and kept.
 */
export async function cachedLog(events: number, progress: (line: string) => void): Promise<CachedLog> {
  const dir = join(benchData(), `log-${await version()}-${events}`);
  if (!existsSync(contentsOf(dir))) await write(dir, events, progress);
  const contents = JSON.parse(await readFile(contentsOf(dir), "utf8")) as { events: number; bytes: number }; // by write-log.ts
  return { dir, events: contents.events, bytesEach: Math.round(contents.bytes / contents.events) };
}

async function write(dir: string, events: number, progress: (line: string) => void): Promise<void> {
  const part = `${dir}.part-${process.pid}`;
  await rm(part, { recursive: true, force: true });
  const writer = spawn(process.execPath, [WRITER, part, String(events), String(UNDER_WAY), String(BEGAN_AT)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(writer, "close");
  for await (const line of createInterface({ input: writer.stdout }))
    progress(`writing a log: ${Number(line).toLocaleString("en")} of ${events.toLocaleString("en")} events`);
  const [code] = await ended;
  if (code !== 0) {
    await rm(part, { recursive: true, force: true });
    throw new Error(`the log could not be written: its writer ended with ${code}`);
  }
  await rm(dir, { recursive: true, force: true });
  await rename(part, dir);
}

async function version(): Promise<string> {
  const hash = createHash("sha256");
  for (const name of MADE_BY) hash.update(await readFile(fileBeside(name)));
  return hash.digest("hex").slice(0, 8);
}
