import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type EventData, EventStoreDBClient, jsonEvent, START } from "@eventstore/db-client";
import type { Row } from "./row.ts";

const MAIN = fileURLToPath(new URL("../../infra/event-node/main.ts", import.meta.url));
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

/** Leaving the loop does not end the call: without unsubscribe its unread events fill the connection's window. */
async function catchUp(client: EventStoreDBClient, count: number): Promise<number> {
  const subscription = client.subscribeToAll({ fromPosition: START });
  let seen = 0;
  for await (const _ of subscription) if (++seen === count) break;
  await subscription.unsubscribe();
  return seen;
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

async function startNode(dir: string): Promise<{ child: ChildProcess; url: string }> {
  const profile = process.env.EVENT_NODE_PROFILE
    ? ["--cpu-prof", `--cpu-prof-dir=${process.env.EVENT_NODE_PROFILE}`]
    : [];
  const child = spawn(process.execPath, [...profile, MAIN, "--port", "0", "--data", dir], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(child.stdout, "data");
  const port = /:(\d+),/.exec(String(line))?.[1];
  if (!port) throw new Error(`the event node did not start: ${line}`);
  return { child, url: `esdb://127.0.0.1:${port}?tls=false` };
}

/** Six figures of an event node in a process of its own, with the client in this one; 1 KB events, 4 s each. */
export async function run(): Promise<Row[]> {
  const dir = await mkdtemp(join(tmpdir(), "event-node-bench-"));
  const { child, url } = await startNode(dir);
  const client = EventStoreDBClient.connectionString(url);
  try {
    return await measure(client);
  } finally {
    await client.dispose();
    child.kill("SIGTERM");
    await once(child, "exit");
    await rm(dir, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  for (const { name, value, unit, real } of await run())
    console.log(
      `${name.padEnd(52)} ${value.toLocaleString("en").padStart(8)} ${unit}${real ? `   ${(value / real).toFixed(2)} × the real server` : ""}`,
    );
}
