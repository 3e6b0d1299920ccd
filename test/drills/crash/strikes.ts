import type { Part } from "../../system.ts";

/** One kill, or two that fell together, and how long the system needed. */
export interface Strike {
  /** The failpoint, or the victims. */
  readonly what: string;
  readonly hop: string;
  readonly parts: readonly Part[];
  readonly inFlight: number;
  /** Until an order that was placed after the kill was acknowledged. */
  readonly acknowledgedMs: number;
  /** Until that order was paid. */
  readonly confirmedMs: number;
}

const COLUMNS = [26, 13, 12, 11, 16, 14] as const;

export const strikeHeading = (): string =>
  row(["killed at", "hop", "process", "in flight", "acknowledges, s", "confirms, s"]);

export const strikeLine = ({ what, hop, parts, inFlight, acknowledgedMs, confirmedMs }: Strike): string =>
  row([
    what,
    hop,
    parts.join("+"),
    String(inFlight),
    (acknowledgedMs / 1000).toFixed(1),
    (confirmedMs / 1000).toFixed(1),
  ]);

const row = (cells: readonly string[]): string =>
  `  ${cells.map((cell, i) => (i < 3 ? cell.padEnd(COLUMNS[i] ?? 0) : cell.padStart(COLUMNS[i] ?? 0))).join(" ")}`.trimEnd();
