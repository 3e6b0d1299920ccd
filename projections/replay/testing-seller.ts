import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { storable } from "../../infra/consumers/testing/events.ts";
import { pause } from "../../infra/consumers/waiting.ts";
import { createEventStore } from "../../infra/event-store/client.ts";
import type { EventStore } from "../../infra/event-store/port.ts";

/** A process of its own that sells until it is told to stop, with a client of its own. */
export interface Seller {
  readonly child: ChildProcess;
  /** Ends it; how many events it was told are stored, and in how many streams. */
  stop(): Promise<{ readonly events: number; readonly streams: number }>;
}

export function startSeller(storeUrl: string): Seller {
  const child = spawn(process.execPath, [import.meta.filename, storeUrl], { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  return {
    child,
    stop: () =>
      new Promise((resolve, reject) => {
        child.once("error", reject);
        child.once("close", () => resolve(JSON.parse(text) as { events: number; streams: number }));
        child.kill("SIGTERM");
      }),
  };
}

/** Sales in streams of one to four events, one append an event; answers with how many were acknowledged. */
export async function sellOnce(store: EventStore, n: number): Promise<number> {
  const stream = `order-${randomUUID()}`;
  const count = 1 + (n % 4);
  for (let i = 0; i < count; i++) {
    const event = storable(i === 0 ? "sale.begun" : "sale.changed", { site: `site-${n % 7}`, amount: 1 });
    await store.append(stream, [event], i === 0 ? "no_stream" : BigInt(i - 1));
  }
  return count;
}

const [, script, storeUrl] = process.argv;
if (script === import.meta.filename && storeUrl !== undefined) {
  const store = createEventStore({ url: storeUrl, timeoutMs: 10_000 });
  let selling = true;
  process.once("SIGTERM", () => {
    selling = false;
  });
  let events = 0;
  let streams = 0;
  for (; selling; streams++) {
    events += await sellOnce(store, streams);
    // Four of these with all their might would leave no processor to those who are to follow.
    await pause(5);
  }
  await store.close();
  process.stdout.write(JSON.stringify({ events, streams }));
}
