import type { RunEnded } from "./campaign.ts";
import { type DrillReport, figureLines, verdictLines } from "./drill.ts";

/** Where a drill that runs as a test tells what it does: its numbers belong to the outcome. */
export const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Prints a report and returns it. */
export function show<Report extends DrillReport>(report: Report): Report {
  for (const line of [...figureLines(report.figures), ...verdictLines(report)]) say(line);
  return report;
}

const HEAD = ["drill", "seed", "took", "verdict", ""] as const;
const LONGEST_REASON = 120;

/** What became of many drills: a table, and the verdict of all. */
export function campaignLines(outcomes: readonly RunEnded[], left: number): string[] {
  const rows = outcomes.map(({ name, seed, tookMs, verdict, why = "" }) => [
    name,
    String(seed),
    `${Math.round(tookMs / 1000)} s`,
    verdict,
    why.slice(0, LONGEST_REASON),
  ]);
  const widths = HEAD.map((title, at) => Math.max(title.length, ...rows.map((row) => row[at]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join("  ")
      .trimEnd();
  const count = (verdict: RunEnded["verdict"]) => outcomes.filter((one) => one.verdict === verdict).length;
  const parts = [`${count("held")} held`, `${count("red")} red`];
  if (count("cannot run") > 0) parts.push(`${count("cannot run")} cannot run here`);
  if (left > 0) parts.push(`${left} not run yet: --resume goes on with them`);
  return [line(HEAD), ...rows.map(line), "", parts.join(", ")];
}
