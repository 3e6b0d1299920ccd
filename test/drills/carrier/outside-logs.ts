import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { CarrierChange, Shipment } from "../../../infra/simulators/carrier/shipments.ts";

interface Line<Change> {
  readonly method: string;
  readonly fate: string;
  readonly changes: readonly Change[];
}

/** A message that the mail server has taken. */
export interface Mail {
  readonly messageId: string;
  readonly to: readonly string[];
  readonly subject: string;
}

/** The lines of a simulator's journal. One without its end is being written; nobody was answered for it. */
async function linesOf<Change>(dataDir: string, name: string): Promise<Line<Change>[]> {
  const text = await readFile(join(dataDir, "simulators", `${name}.jsonl`), "utf8");
  // Written by the simulator alone.
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line<Change>);
}

/** What Bob's Post has written down: its bookings as they are now, and how often it cut a connection without doing anything. */
export async function carrierLog(dataDir: string): Promise<{ bookings: Map<string, Shipment>; refused: number }> {
  const lines = await linesOf<CarrierChange>(dataDir, "carrier");
  const bookings = new Map<string, Shipment>();
  for (const { changes } of lines)
    for (const change of changes) if ("put" in change) bookings.set(change.put.booking, change.put);
  return { bookings, refused: lines.filter(({ fate }) => fate === "refused").length };
}

/** Every message that the mail server has taken, repeats included. */
export async function mailLog(dataDir: string): Promise<Mail[]> {
  const lines = await linesOf<{ readonly accept: Mail }>(dataDir, "mail");
  return lines.flatMap(({ changes }) => changes.map(({ accept }) => accept));
}
