import type { Row } from "./row.ts";

/** A measured figure with what it is meant to reach. `note` says where the time goes. */
export interface Figure extends Row {
  readonly goal?: { readonly least: number } | { readonly most: number };
}

/** How a bench is run. */
export interface BenchOptions {
  /** How long each thing is measured. */
  readonly seconds: number;
  /** Orders a second, where a bench lets it be chosen. */
  readonly rate: number;
  /** Length of the log that read models are rebuilt from. */
  readonly events: number;
  /** Which of them: names of read models, "together" for all of them by one reading. Undefined: each of these. */
  readonly projections: readonly string[] | undefined;
  /** Rows of the timeline that queries are measured on. */
  readonly rows: number;
  /** File that the plans of those queries are written to. */
  readonly plans: string | undefined;
  /** Tells people what is being done, a line at a time. */
  progress(line: string): void;
}

/** Whether a figure reaches its goal; undefined without one. */
export function reaches({ value, goal }: Figure): boolean | undefined {
  if (goal === undefined) return undefined;
  return "least" in goal ? value >= goal.least : value <= goal.most;
}

/** Four significant digits are more than a shared machine can promise. */
export const rounded = (value: number): number => (value >= 100 ? Math.round(value) : Math.round(value * 10) / 10);
