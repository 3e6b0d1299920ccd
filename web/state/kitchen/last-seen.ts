import { readStored, writeStored } from "../stored.ts";
import type { Display } from "./display.ts";

/** What a display knew of its kitchen when it was last connected. */
export interface LastSeen {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly name: string;
  /** Tickets that were to be made. */
  readonly open: number;
}

const KEPT_EVERY = 20_000;
const nameOf = (siteId: string) => `kitchen-seen.${siteId}`;

/** What is known of a kitchen that cannot be reached; undefined for one that this browser has never shown. */
export const lastSeen = (siteId: string): LastSeen | undefined => readStored<LastSeen>(nameOf(siteId));

/** Notes now and then what a display knows, for a start without a connection. Returns how to end that. */
export function keepLastSeen(siteId: string, name: string, display: Display): () => void {
  const keep = () => {
    if (!display.feed.loaded.peek() || display.feed.reach.peek().state !== "ok") return;
    const open = display.entries.peek().filter(({ ticket }) => OPEN.has(ticket.peek().status)).length;
    const seen: LastSeen = { at: Date.now(), name, open };
    writeStored(nameOf(siteId), seen);
  };
  const timer = setInterval(keep, KEPT_EVERY);
  addEventListener("pagehide", keep);
  return () => {
    keep();
    clearInterval(timer);
    removeEventListener("pagehide", keep);
  };
}

const OPEN: ReadonlySet<string> = new Set(["new", "accepted", "working"]);
