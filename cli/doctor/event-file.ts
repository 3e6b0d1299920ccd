import { stat } from "node:fs/promises";
import { join } from "node:path";
import { checkFile } from "../../infra/event-node/check/check-file.ts";
import { progressLine } from "../progress-line.ts";
import { type Examined, type Finding, ok, type Probe, problem } from "./finding.ts";

const DEEP_WITHIN_MS = 3_600_000;
const NAMED = 10;

/** The event node's file in the data folder: there, and with `--deep` read from end to end. */
export const eventFileProbe: Probe = {
  area: "event file",
  withinMs: DEEP_WITHIN_MS,
  async look({ config, deep }: Examined) {
    const path = join(config.ORDERTRAIL_DATA, "events", "events.db");
    const file = await stat(path).catch(() => undefined);
    if (config.EVENTSTORE_URL !== undefined || file === undefined) return [];
    const size = `${path}, ${(file.size / 1024 / 1024).toFixed(1)} MiB`;
    return deep ? await readToItsEnd(path, size) : [ok(`${size}; --deep reads it to its end`)];
  },
};

async function readToItsEnd(path: string, size: string): Promise<Omit<Finding, "area">[]> {
  const line = progressLine(process.stderr);
  const report = await checkFile(path, ({ step, done, of }) => line.show(() => `${step}: ${done} of ${of}`));
  line.end();
  if (report.sound) return [ok(`${size}: ${report.events} events in ${report.streams} streams, all as written`)];
  const advice = report.advice.join("; ") || "restore it from a backup";
  const more = report.findings.length - NAMED + report.more;
  return [
    ...report.findings.slice(0, NAMED).map(({ message }) => problem(`${size}: ${message}`, advice)),
    ...(more > 0 ? [problem(`${size}: ${more} findings more`, 'read them all: "ordertrail event-node check"')] : []),
  ];
}
