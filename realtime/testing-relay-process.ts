import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createLog } from "../infra/log.ts";
import { createPool } from "../infra/postgres/pool.ts";
import { natsBus } from "./nats-bus.ts";
import { startRelay } from "./relay.ts";

export interface RelayProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<void>;
}

interface Settings {
  readonly databaseUrl: string;
  readonly brokerUrl: string;
  readonly leaseMs: number;
}

/** A relay in a process of its own, over a broker, to be killed by tests. */
export function startRelayProcess(settings: Settings & { readonly failAt?: string }): RelayProcess {
  const child = spawn(process.execPath, [import.meta.filename, JSON.stringify(settings)], {
    stdio: ["ignore", "ignore", "ignore"],
    env: { ...process.env, LOG_LEVEL: "silent", FAIL_AT: settings.failAt ?? "" },
  });
  return { child, ended: once(child, "exit").then(() => {}) };
}

async function main({ databaseUrl, brokerUrl, leaseMs }: Settings): Promise<void> {
  const log = createLog("test");
  const pool = createPool(databaseUrl, { applicationName: "relay" });
  const bus = natsBus({ url: brokerUrl, name: "relay", log });
  const stop = new AbortController();
  process.once("SIGTERM", () => stop.abort());
  await startRelay({ pool, bus, instance: "relay", leaseMs, log, signal: stop.signal }).done;
  await bus.close();
  await pool.end();
}

const [, script, settings] = process.argv;
if (script === import.meta.filename && settings !== undefined) await main(JSON.parse(settings) as Settings);
