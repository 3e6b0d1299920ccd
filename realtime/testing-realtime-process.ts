import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createLog } from "../infra/log.ts";
import { createPool } from "../infra/postgres/pool.ts";
import { startRelay } from "./relay.ts";
import { testBus } from "./testing-bus.ts";
import { startGateway } from "./testing-gateway.ts";
import { thingSource } from "./testing-topics.ts";

export interface RealtimeProcess {
  readonly child: ChildProcess;
  readonly url: string;
  readonly ended: Promise<void>;
}

interface Settings {
  readonly databaseUrl: string;
  /** 0 takes a free one. */
  readonly port: number;
}

/** Relay and gateway in one process of their own, to be killed by tests. */
export async function startRealtimeProcess(
  settings: Settings & { readonly failAt?: string },
): Promise<RealtimeProcess> {
  const child = spawn(process.execPath, [import.meta.filename, JSON.stringify(settings)], {
    stdio: ["ignore", "pipe", "ignore"],
    env: { ...process.env, LOG_LEVEL: "silent", FAIL_AT: settings.failAt ?? "" },
  });
  const ended = once(child, "exit").then(() => {});
  const [line] = await Promise.race([
    once(child.stdout, "data"),
    ended.then(() => Promise.reject(new Error("the process ended before it was ready"))),
  ]);
  return { child, url: String(line).trim(), ended };
}

async function main({ databaseUrl, port }: Settings): Promise<void> {
  const log = createLog("test");
  const pool = createPool(databaseUrl, { applicationName: "realtime" });
  const bus = await testBus();
  const stop = new AbortController();
  const { app, url } = await startGateway(log, { bus, sources: [thingSource(pool)], port });
  const relay = startRelay({ pool, bus, instance: "realtime", leaseMs: 1_000, log, signal: stop.signal });
  process.once("SIGTERM", async () => {
    stop.abort();
    await relay.done;
    await app.close();
    await bus.close();
    await pool.end();
  });
  process.stdout.write(`${url}\n`);
}

const [, script, settings] = process.argv;
if (script === import.meta.filename && settings !== undefined) await main(JSON.parse(settings) as Settings);
