import { type EventData, EventStoreDBClient, jsonEvent, START } from "@eventstore/db-client";
import { startEventNodeProcess } from "../contract/event-store/event-node-process.ts";
import type { Row } from "./report/row.ts";

const DURATION_MS = 4_000;
/** An event of 1 KB, metadata aside. */
const PAYLOAD = { pad: "x".repeat(1_000) };
const BATCH = 10;

const event = (): EventData => jsonEvent({ type: "bench.happened", data: PAYLOAD });

/** Calls `work` with so many in flight for the duration; answers how many finished per second. */
async function rate(inFlight: number, work: (lane: number) => Promise<unknown>): Promise<number> {
  const start = performance.now();
  let done = 0;
  const lane = async (number: number) => {
    while (performance.now() - start < DURATION_MS) {
      await work(number);
      done++;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, (_, number) => lane(number)));
  return (done / (performance.now() - start)) * 1000;
}

/** Reads from the start, again and again, until the time is up; answers events per second. */
async function readRate(readAll: () => Promise<number>): Promise<number> {
  const start = performance.now();
  let events = 0;
  while (performance.now() - start < DURATION_MS) events += await readAll();
  return (events / (performance.now() - start)) * 1000;
}

async function readStream(client: EventStoreDBClient, stream: string): Promise<number> {
  let seen = 0;
  for await (const _ of client.readStream(stream)) seen++;
  return seen;
}

/**
 * With a listener and not `for await`, whose steps cost the client more than the event does. Without unsubscribe the
 * unread events would fill the connection's window, and every later call would wait.
 */
async function catchUp(client: EventStoreDBClient, count: number): Promise<number> {
  const subscription = client.subscribeToAll({ fromPosition: START });
  let seen = 0;
  await new Promise<void>((resolve, reject) => {
    subscription.on("error", reject);
    subscription.on("data", () => {
      if (++seen === count) resolve();
    });
  });
  await subscription.unsubscribe();
  return count;
}

async function measure(client: EventStoreDBClient): Promise<Row[]> {
  const rows: Row[] = [];
  const add = (name: string, value: number, unit: string, real: number) =>
    rows.push({ name: `event node: ${name}`, value: Math.round(value), unit, real });

  const single = (inFlight: number) =>
    rate(inFlight, (lane) => client.appendToStream(`single-${inFlight}-${lane}`, event()));
  // The first appends of a process are compiled, not measured.
  await Promise.all(Array.from({ length: 500 }, (_, i) => client.appendToStream(`warm-${i % 20}`, event())));
  add("single appends, 1 in flight", await single(1), "appends/s", 1_070);
  add("single appends, 16 in flight", await single(16), "appends/s", 4_800);
  add("single appends, 64 in flight", await single(64), "appends/s", 6_400);
  const batches = await rate(64, (lane) =>
    client.appendToStream(`batch-${lane}`, Array.from({ length: BATCH }, event)),
  );
  add("appends in batches of ten, 64 in flight", batches * BATCH, "events/s", 17_000);

  const count = 20_000;
  for (let i = 0; i < count; i += 100) await client.appendToStream("long", Array.from({ length: 100 }, event));
  add("stream read", await readRate(() => readStream(client, "long")), "events/s", 31_000);
  add("$all catch-up", await readRate(() => catchUp(client, count)), "events/s", 50_000);
  return rows;
}

/** Six figures of an event node in a process of its own, with the client in this one; 1 KB events, 4 s each. */
export async function run(): Promise<Row[]> {
  const profiles = process.env.EVENT_NODE_PROFILE;
  const node = await startEventNodeProcess(undefined, profiles ? ["--cpu-prof", `--cpu-prof-dir=${profiles}`] : []);
  const client = EventStoreDBClient.connectionString(node.url);
  try {
    return await measure(client);
  } finally {
    await client.dispose();
    await node.remove();
  }
}

if (import.meta.main) {
  for (const { name, value, unit, real } of await run())
    console.log(
      `${name.padEnd(52)} ${value.toLocaleString("en").padStart(8)} ${unit}${real ? `   ${(value / real).toFixed(2)} × the real server` : ""}`,
    );
}
