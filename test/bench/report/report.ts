import { cpus } from "node:os";
import { type Figure, reaches } from "./figure.ts";

/** What a figure was measured on. */
export interface Machine {
  readonly cores: number;
  readonly processor: string;
  readonly node: string;
}

export const machine = (): Machine => {
  const all = cpus();
  return { cores: all.length, processor: all[0]?.model.trim() ?? "unknown", node: process.version };
};

/** The figures as a table, and below it where the time went. */
export function report(figures: readonly Figure[], { cores, processor, node }: Machine): string {
  const rows = [
    ["", "value", "unit", "real server", "ratio", "goal"],
    ...figures.map((figure) => [
      figure.name,
      figure.value.toLocaleString("en"),
      figure.unit,
      figure.real?.toLocaleString("en") ?? "",
      figure.real === undefined ? "" : (figure.value / figure.real).toFixed(2),
      goalOf(figure),
    ]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const leftAligned = new Set([0, 2, 5]);
  const table = rows.map((row) =>
    row
      .map((cell, column) =>
        leftAligned.has(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd(),
  );
  const notes = figures.filter(({ note }) => note).map(({ name, note }) => `  ${name}\n    ${note}`);
  return [
    ...table,
    "",
    "Where the time goes:",
    ...notes,
    "",
    `Measured on ${cores} cores of ${processor}, node ${node}; engines, system and load on the same machine.`,
    "The real server's figures: EventStoreDB 23.10.6 on 2 cores with its client beside it.",
    "",
  ].join("\n");
}

function goalOf(figure: Figure): string {
  const { goal } = figure;
  if (goal === undefined) return "";
  const limit = "least" in goal ? `≥ ${goal.least.toLocaleString("en")}` : `≤ ${goal.most.toLocaleString("en")}`;
  return `${limit} ${reaches(figure) ? "reached" : "missed"}`;
}
