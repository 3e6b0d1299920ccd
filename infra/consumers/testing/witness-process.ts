import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { systemClock } from "../../clock.ts";
import { createEventStore } from "../../event-store/client.ts";
import { createLog } from "../../log.ts";
import { createPool } from "../../postgres/pool.ts";
import { startFeed } from "../feed.ts";
import { startConsumer } from "../run-consumer.ts";
import { pause } from "../waiting.ts";
import { witness } from "./witness.ts";

/** A process of its own that runs one witness, to be stopped and killed by tests. */
export interface WitnessProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<void>;
  /** Resolves when the process has said a line. */
  said(line: string): Promise<void>;
}

export interface WitnessSettings {
  readonly databaseUrl: string;
  readonly storeUrl: string;
  readonly name: string;
  readonly instance: string;
  readonly leaseMs: number;
  /** How long it stays in the middle of each transaction, after it has written. */
  readonly dwellMs?: number;
  readonly failAt?: string;
}

export function startWitnessProcess(settings: WitnessSettings): WitnessProcess {
  const child = spawn(process.execPath, [import.meta.filename, JSON.stringify(settings)], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, LOG_LEVEL: "silent", FAIL_AT: settings.failAt ?? "" },
  });
  let text = "";
  const heard = (chunk: string) => {
    text += chunk;
  };
  child.stdout.setEncoding("utf8").on("data", heard);
  child.stderr.setEncoding("utf8").on("data", heard);
  const ended = once(child, "exit").then(() => {});
  return {
    child,
    ended,
    async said(line) {
      const giveUpAt = performance.now() + 20_000;
      while (!text.includes(line)) {
        if (performance.now() > giveUpAt) throw new Error(`the process never said "${line}" but: ${text}`);
        await pause(10);
      }
    },
  };
}

async function main(settings: WitnessSettings): Promise<void> {
  const { databaseUrl, storeUrl, name, instance, leaseMs, dwellMs = 0 } = settings;
  const log = createLog("test");
  const pool = createPool(
    { DATABASE_URL: databaseUrl, DATABASE_TIMEOUT_MS: 1_000, DATABASE_POOL: 4 },
    { applicationName: `witness ${instance}` },
  );
  const store = createEventStore({ url: storeUrl, timeoutMs: 5_000 });
  const feed = startFeed({ store, log });
  const stop = new AbortController();
  process.once("SIGTERM", () => stop.abort());
  const inner = witness(name);
  const consumer: typeof inner = {
    ...inner,
    async apply(batch, tx, context) {
      await inner.apply(batch, tx, context);
      process.stdout.write("in the middle\n");
      await pause(dwellMs);
    },
  };
  const running = startConsumer({
    consumer,
    pool,
    feed,
    leaseMs,
    instance,
    log,
    clock: systemClock,
    signal: stop.signal,
  });
  const telling = setInterval(() => process.stdout.write(`${running.status().state}\n`), 50);
  await running.done;
  clearInterval(telling);
  await feed.close();
  await store.close();
  await pool.end();
}

const [, script, settings] = process.argv;
if (script === import.meta.filename && settings !== undefined) await main(JSON.parse(settings) as WitnessSettings);
