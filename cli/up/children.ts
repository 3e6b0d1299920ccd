import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Config } from "../../infra/config.ts";
import type { Log } from "../../infra/log.ts";
import { POSTGRES_STOP_SIGNALS, planPostgres, probePostgres } from "../../infra/postgres/embedded.ts";
import type { ChildSpec } from "../../infra/supervisor/child.ts";
import { keptPort } from "../../infra/supervisor/ports.ts";
import type { RoleName } from "../roles/role.ts";
import { reachableHost } from "./addresses.ts";

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));
const PROBE_TIMEOUT_MS = 3_000;
const WORKERS_STAND_BACK = 4;

type Env = Readonly<Record<string, string | undefined>>;

/**
 * How a child learns of failpoints. FAIL_AT is for the first life: restarted with it, a process would die at it again
 * and again. FAIL_AT_FOLDER holds a file for each child, by which a drill arms it while it runs.
 */
function failpointEnv(child: string): () => Env {
  let lives = 0;
  const folder = process.env.FAIL_AT_FOLDER;
  return () => ({
    FAIL_AT: lives++ === 0 ? process.env.FAIL_AT : undefined,
    FAIL_AT_FILE: folder ? join(folder, child) : undefined,
  });
}

/** An engine that `up` brings along; `moved` is told its address at each start, which changes if its port was taken. */
export function postgresChild(config: Config, log: Log, moved: (url: string) => void): ChildSpec {
  return {
    name: "postgres",
    stopSignals: POSTGRES_STOP_SIGNALS,
    async launch() {
      const plan = await planPostgres(config.ORDERTRAIL_DATA, log, config.POSTGRES_BIN);
      moved(plan.url);
      return { ...plan, ready: () => probePostgres(plan) };
    },
  };
}

/** The embedded event store. */
export function eventNodeChild(config: Config, moved: (url: string) => void): ChildSpec {
  const folder = join(config.ORDERTRAIL_DATA, "events");
  const failpoints = failpointEnv("events");
  return {
    name: "events",
    // It ends with this code when its port was taken since it was chosen: the next launch chooses another.
    hopelessCodes: [],
    async launch() {
      await mkdir(folder, { recursive: true });
      const port = await keptPort(join(config.ORDERTRAIL_DATA, "run", "events.port"));
      moved(`esdb://127.0.0.1:${port}?tls=false`);
      return {
        command: process.execPath,
        args: [join(PROJECT, "infra/event-node/main.ts"), "--port", String(port), "--data", folder],
        env: { ...process.env, ...failpoints() },
        node: true,
        ready: () => answers(`http://127.0.0.1:${port}/health/live`),
      };
    },
  };
}

/** A role of this program; `env` is asked at each start. */
export function roleChild(role: RoleName, config: Config, env: () => Env): ChildSpec {
  const failpoints = failpointEnv(role);
  return {
    name: role,
    async launch() {
      const given = env();
      const host = role === "api" ? reachableHost(config.HOST) : "127.0.0.1";
      const portFile = join(config.ORDERTRAIL_DATA, "run", `${role}.port`);
      const port = role === "api" ? Number(given.PORT) : await keptPort(portFile);
      return {
        command: process.execPath,
        args: [join(PROJECT, "cli/ordertrail.ts"), "serve", "--role", role],
        env: {
          ...process.env,
          ...given,
          ORDERTRAIL_DATA: config.ORDERTRAIL_DATA,
          HEALTH_PORT: String(port),
          // One name for several processes would make them one owner of a lease.
          INSTANCE: process.env.INSTANCE ? `${process.env.INSTANCE}-${role}` : undefined,
          ...failpoints(),
        },
        node: true,
        // On a machine that is full, whoever waits for an answer comes before the work behind it.
        ...(role === "workers" && { niceness: WORKERS_STAND_BACK }),
        ready: () => answers(`http://${host}:${port}/health/ready`),
      };
    },
  };
}

async function answers(url: string): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`${url} answers ${response.status}`);
}
