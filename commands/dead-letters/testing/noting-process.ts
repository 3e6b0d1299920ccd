import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Pool } from "pg";
import type { Order } from "../../../domain/order/state.ts";
import { systemClock } from "../../../infra/clock.ts";
import type { Consumer, RunningConsumer } from "../../../infra/consumers/consumer.ts";
import { startFeed } from "../../../infra/consumers/feed.ts";
import { startConsumer } from "../../../infra/consumers/run-consumer.ts";
import { createEventStore } from "../../../infra/event-store/client.ts";
import type { EventStore } from "../../../infra/event-store/port.ts";
import { createLog } from "../../../infra/log.ts";
import { createPool } from "../../../infra/postgres/pool.ts";
import { processConsumer } from "../../processes/runner/process-consumer.ts";
import { StreamMemory } from "../../writing/stream-memory.ts";

/** Where the process notes what it has done for an order. */
export const NOTED_TABLE = `
  CREATE SCHEMA noted;
  CREATE TABLE noted.effects (order_id text PRIMARY KEY)`;

/** What it makes of orders of a channel, before it is mended. */
const INVARIANT_BROKEN = "phone";
const DEADLY = "api";

/** A process manager that notes each order, as often as it may be told to; orders of some channels break it, or end the process. */
export function notingConsumer(store: EventStore, pool: Pool, mended: () => boolean): Consumer {
  const owed = ({ channel }: Order) => {
    if (!mended() && channel === INVARIANT_BROKEN) throw new RangeError("an order by phone has no guest");
    if (!mended() && channel === DEADLY) process.kill(process.pid, "SIGKILL");
    return [{ id: "note/1", dueAt: 0 }];
  };
  return processConsumer({
    manager: {
      name: "stock",
      handles: (type) => type.startsWith("order."),
      owed,
      async perform({ orderId }) {
        await pool.query("INSERT INTO noted.effects VALUES ($1) ON CONFLICT DO NOTHING", [orderId]);
        return undefined;
      },
    },
    memory: new StreamMemory(store),
    pool,
    clock: systemClock,
    log: createLog("test", "silent"),
    scanMs: 50,
    sweepMs: 60_000,
    retryDelaysMs: [50],
  });
}

interface Settings {
  readonly databaseUrl: string;
  readonly storeUrl: string;
}

/** The same in a process of its own, to be killed by what it handles. */
export function startNotingProcess(settings: Settings): {
  readonly child: ChildProcess;
  readonly ended: Promise<void>;
} {
  const child = spawn(process.execPath, [import.meta.filename, JSON.stringify(settings)], { stdio: "ignore" });
  return { child, ended: once(child, "exit").then(() => {}) };
}

async function main({ databaseUrl, storeUrl }: Settings): Promise<void> {
  const log = createLog("test", "silent");
  const pool = createPool(databaseUrl, { applicationName: "noting" });
  const store = createEventStore({ url: storeUrl, timeoutMs: 5_000 });
  const feed = startFeed({ store, log });
  const stop = new AbortController();
  process.once("SIGTERM", () => stop.abort());
  const consumer = notingConsumer(store, pool, () => false);
  const options = { pool, feed, leaseMs: 1_500, instance: "noting", log, clock: systemClock, signal: stop.signal };
  const running: RunningConsumer = startConsumer({ ...options, consumer });
  await running.done;
  await feed.close();
  await store.close();
  await pool.end();
}

const [, script, settings] = process.argv;
if (script === import.meta.filename && settings !== undefined) await main(JSON.parse(settings) as Settings);
