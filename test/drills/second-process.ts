import { spawn } from "node:child_process";
import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readIfExists } from "../../infra/supervisor/files.ts";
import { QUICK, type TestSystem } from "../system.ts";
import { until } from "./drill.ts";

const PROGRAM = fileURLToPath(new URL("../../cli/ordertrail.ts", import.meta.url));
const START_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 10_000;

/** A further process of a role, against the engines and the outside world of a running system. */
export interface SecondProcess {
  readonly pid: number;
  /** Where it answers; for workers only `/health`. */
  readonly url: string;
  /** Its name in events and leases. */
  readonly instance: string;
  signal(signal: NodeJS.Signals): void;
  stop(): Promise<void>;
}

/**
 * Starts `ordertrail serve` as on a second machine: with the same environment and keys, and a folder of its own. Its
 * database connections go by the name of the process, which tells whose writes are whose.
 */
export async function startSecond(
  system: TestSystem,
  role: "api" | "workers",
  env: Readonly<Record<string, string>> = {},
): Promise<SecondProcess> {
  const instance = `second-${role}`;
  const folder = join(system.dataDir, instance);
  const run = join(system.dataDir, "run");
  await mkdir(join(folder, "run"), { recursive: true });
  await cp(join(system.dataDir, "keys"), join(folder, "keys"), { recursive: true });
  const { DATABASE_URL = "", EVENTSTORE_URL = "", paymentUrl } = system.addresses;
  const outside = async (name: string) => `http://127.0.0.1:${(await readIfExists(join(run, `${name}.port`)))?.trim()}`;
  const child = spawn(process.execPath, [PROGRAM, "serve", "--role", role], {
    env: {
      ...process.env,
      ...QUICK,
      ORDERTRAIL_DATA: folder,
      PORT: "0",
      INSTANCE: instance,
      DATABASE_URL: `${DATABASE_URL}?application_name=${instance}`,
      EVENTSTORE_URL,
      PAYMENT_URL: paymentUrl,
      RESTAURANT_URL: await outside("restaurant"),
      COURIER_URL: await outside("courier"),
      CARRIER_URL: await outside("carrier"),
      SMTP_URL: system.addresses.smtpUrl,
      SMS_URL: await outside("sms"),
      PUSH_URL: await outside("push"),
      ...(system.natsUrl !== undefined && { NATS_URL: system.natsUrl }),
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const runs = () => child.exitCode === null && child.signalCode === null;
  const stop = async () => {
    if (!runs()) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGCONT");
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), STOP_WITHIN_MS);
    await ended;
    clearTimeout(timer);
  };
  let url = "";
  try {
    await until(`a second process of ${role} is ready`, START_WITHIN_MS, async () => {
      if (!runs()) throw new Error(`a second process of ${role} ended:\n${output.slice(-2_000)}`);
      const port = (await readIfExists(join(folder, "run", `${role}.port`)))?.trim();
      if (!port) return false;
      url = `http://127.0.0.1:${port}`;
      return await isReady(url);
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { pid: child.pid ?? 0, url, instance, signal: (signal) => void child.kill(signal), stop };
}

const isReady = (url: string): Promise<boolean> =>
  fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2_000) }).then(
    ({ ok }) => ok,
    () => false,
  );
