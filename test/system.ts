import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type SystemAddresses, systemAddresses } from "../cli/running-system.ts";
import { readConfig } from "../infra/config.ts";
import { recordedChildren } from "../infra/supervisor/leftovers.ts";
import { startEventStoreContainer, startPostgresContainer, USES_CONTAINERS } from "../infra/testing/containers.ts";
import { type NatsServer, realNatsServer } from "../realtime/testing-nats-server.ts";

const PROGRAM = fileURLToPath(new URL("../cli/ordertrail.ts", import.meta.url));
const START_WITHIN_MS = 120_000;
const STOP_WITHIN_MS = 30_000;

/** Parts of a running system, as `up` names its processes. */
export type Part = "postgres" | "events" | "api" | "workers" | "simulators";

/** A whole system of its own, on free ports, in a folder of its own: the real `up`. */
export interface TestSystem {
  /** Where the API answers. */
  readonly url: string;
  readonly dataDir: string;
  readonly addresses: SystemAddresses;
  /** Its broker, in a run with a real nats-server. */
  readonly natsUrl: string | undefined;
  /** That broker itself, to be stopped and started again. */
  readonly broker: NatsServer | undefined;
  /** CLOCK_FILE of its processes, where its time can be moved: see `drills/virtual-time.ts`. */
  readonly clockFile: string | undefined;
  readonly supervisor: ChildProcess;
  /** What it has printed so far. */
  output(): string;
  /** Process id of a part as it runs now; undefined while it is being restarted. */
  pid(part: Part): Promise<number | undefined>;
  /** Sends a signal to a part. */
  signal(part: Part, signal: NodeJS.Signals): Promise<void>;
  stop(): Promise<void>;
}

/** Settings that let drills see retries and deadlines within seconds. */
export const QUICK: Readonly<Record<string, string>> = {
  LOG_LEVEL: "warn",
  RETRY_DELAYS_MS: "500,1000,2000",
  LEASE_MS: "2000",
  RECOVERY_SCAN_MS: "300",
  OWED_SWEEP_MS: "1000",
  PAYMENT_IN_CALL_RETRY_MS: "400",
  // With delays this short a system that is away for some seconds must be known to be, or its effects would be dead letters.
  CIRCUIT_FAILURES: "2",
  CIRCUIT_PROBE_MS: "300",
};

/** Starts a system and waits until it is up. Rejects with its output when it does not come up. */
export async function startSystem(
  options: {
    env?: Readonly<Record<string, string>>;
    dataDir?: string;
    /** Failpoints can be armed while it runs, by files in `<dataDir>/failpoints`. */
    failpoints?: boolean;
    /** Its business time can be moved. */
    virtualTime?: boolean;
  } = {},
): Promise<TestSystem> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), "ordertrail-system-")));
  const arming = options.failpoints ? { FAIL_AT_FOLDER: join(dataDir, "failpoints") } : {};
  const clockFile = options.virtualTime ? join(dataDir, "clock") : undefined;
  const moving = clockFile === undefined ? {} : { CLOCK_FILE: clockFile };
  const engines = await startRealEngines(options.failpoints !== true);
  const given = { PORT: "0", ORDERTRAIL_DATA: dataDir, ...QUICK, ...engines.env, ...arming, ...moving, ...options.env };
  const env = { ...process.env, ...given };
  const supervisor = spawn(process.execPath, [PROGRAM, "up"], { env, stdio: ["ignore", "pipe", "pipe"] });
  // Whoever is told to end while the system runs takes it along: it ends in order by itself.
  const takeAlong = () => void supervisor.kill("SIGTERM");
  process.once("exit", takeAlong);
  supervisor.once("exit", () => process.off("exit", takeAlong));
  let output = "";
  supervisor.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  supervisor.stderr.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  await new Promise<void>((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`${why}\n${output.slice(-6_000)}`));
    const timer = setTimeout(() => fail("the system did not come up"), START_WITHIN_MS);
    const look = setInterval(() => {
      if (!output.includes("ordertrail is up")) return;
      clearInterval(look);
      clearTimeout(timer);
      resolve();
    }, 50);
    supervisor.once("exit", (code) => {
      clearInterval(look);
      clearTimeout(timer);
      fail(`the system ended with ${code}`);
    });
  });
  const addresses = await systemAddresses(readConfig({ ...given, PORT: "0" }));
  const pid = async (part: Part) => (await recordedChildren(dataDir)).find(({ name }) => name === part)?.pid;
  return {
    url: addresses.api,
    dataDir,
    addresses,
    natsUrl: engines.env.NATS_URL,
    broker: engines.broker,
    clockFile,
    supervisor,
    output: () => output,
    pid,
    async signal(part, signal) {
      const found = await pid(part);
      if (found === undefined) throw new Error(`${part} does not run`);
      process.kill(found, signal);
    },
    async stop() {
      if (supervisor.exitCode === null && supervisor.signalCode === null) {
        const ended = new Promise((resolve) => supervisor.once("exit", resolve));
        supervisor.kill("SIGTERM");
        const timer = setTimeout(() => supervisor.kill("SIGKILL"), STOP_WITHIN_MS);
        await ended;
        clearTimeout(timer);
      }
      await engines.stop();
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
    },
  };
}

interface RealEngines {
  readonly broker: NatsServer | undefined;
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/**
 * The engines of this run in place of those that `up` brings along: a broker of its own for each system, since systems
 * that share one would hear each other's changes; in a run on containers, Postgres and EventStoreDB as well, unless the
 * test is about killing them under `up`.
 */
async function startRealEngines(all: boolean): Promise<RealEngines> {
  const broker = realNatsServer();
  await broker?.start();
  const nats = broker && { NATS_URL: broker.url };
  if (!USES_CONTAINERS || !all) return { broker, env: { ...nats }, stop: async () => await broker?.close() };
  const [database, store] = await Promise.all([startPostgresContainer(), startEventStoreContainer()]);
  return {
    broker,
    env: { ...nats, DATABASE_URL: database.url, EVENTSTORE_URL: store.url },
    stop: async () => void (await Promise.all([broker?.close(), database.stop(), store.stop()])),
  };
}

/** A development token of a running system. */
export async function tokenFor(
  url: string,
  role: string,
  more: { id?: string; sites?: string[] } = {},
): Promise<string> {
  const response = await fetch(`${url}/dev/token`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ role, ...more }),
    signal: AbortSignal.timeout(10_000),
  });
  return ((await response.json()) as { token: string }).token;
}
