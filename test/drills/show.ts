import { type DrillReport, figureLines, verdictLines } from "./drill.ts";

/** Where a drill that runs as a test tells what it does: its numbers belong to the outcome. */
export const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Prints a report and returns it. */
export function show<Report extends DrillReport>(report: Report): Report {
  for (const line of [...figureLines(report.figures), ...verdictLines(report)]) say(line);
  return report;
}
