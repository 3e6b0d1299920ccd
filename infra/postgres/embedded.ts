import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { readOrCreateSecret } from "../keys/secret-file.ts";
import type { Log } from "../log.ts";
import { keptPort } from "../supervisor/ports.ts";
import { waitUntil } from "../supervisor/wait.ts";
import { findBinaries } from "./binaries.ts";
import { clusterFolder, SUPERUSER } from "./cluster-folder.ts";
import { clearLeftoverServer } from "./leftover-server.ts";
import { type ServerUser, serverUser, succeeds } from "./server-user.ts";

/** How to start the server of a data folder, and where it will answer. */
export interface PostgresPlan {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly uid?: number;
  readonly gid?: number;
  readonly port: number;
  /** Connection string of the application's database, with the password. */
  readonly url: string;
}

/** Signals that end a server, gentlest first: fast shutdown, then immediate (recovers from the log at next start). */
export const POSTGRES_STOP_SIGNALS = ["SIGINT", "SIGQUIT"] as const;

const DATABASE = "ordertrail";

/** Sized for a machine with two cores and a few GB that runs the rest of the system as well. */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: "200",
  shared_buffers: "256MB",
  effective_cache_size: "1GB",
  work_mem: "8MB",
  maintenance_work_mem: "64MB",
  max_wal_size: "1GB",
  random_page_cost: "1.1",
  // Statements here are short: compiling them costs more than it gains.
  jit: "off",
  fsync: "on",
  synchronous_commit: "on",
  wal_level: "logical",
  max_replication_slots: "10",
  max_wal_senders: "10",
  // A replication slot whose reader is gone must not fill the disk.
  max_slot_wal_keep_size: "2GB",
  // Statements of a process that was killed end with it. (Not every system lets the server look.)
  ...(process.platform === "linux" && { client_connection_check_interval: "2s" }),
  password_encryption: "scram-sha-256",
  timezone: "UTC",
  log_timezone: "UTC",
  log_checkpoints: "off",
  log_line_prefix: "",
  lc_messages: "C",
};

/**
 * Makes the data folder ready for a start of its server: account, programs, password, cluster, what a killed run left
 * behind, port. Safe to repeat before every start. The folder must be locked by the caller (see lockFolder).
 *
 * `bin` is the folder of the programs to run, by default POSTGRES_BIN, else those that come along.
 *
 * The port stays the same as long as it is free; a held one is replaced, so the plan's `url` can differ between starts.
 */
export async function planPostgres(data: string, log: Log, bin = process.env.POSTGRES_BIN): Promise<PostgresPlan> {
  const user = await serverUser();
  await Promise.all([mkdir(join(data, "run"), { recursive: true }), mkdir(join(data, "keys"), { recursive: true })]);
  await chmod(join(data, "keys"), 0o700);
  const binaries = await findBinaries(user, bin || undefined);
  const secret = await readOrCreateSecret(join(data, "keys", "postgres.password"), () =>
    Buffer.from(randomBytes(24).toString("hex")),
  );
  const password = secret.toString("utf8").trim();
  const pgdata = await clusterFolder(data, binaries, user, password, log);
  await clearLeftoverServer(pgdata, log);
  const port = await keptPort(join(data, "run", "postgres.port"));
  const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const args = ["-D", pgdata, "-p", String(port), ...settings];
  return {
    ...((await canLeash(user))
      ? { command: "setpriv", args: [...LEASH, binaries.postgres, ...args] }
      : { command: binaries.postgres, args }),
    env: { PATH: process.env.PATH ?? "", LC_ALL: "C", TZ: "UTC" },
    ...user,
    port,
    url: `postgresql://${SUPERUSER}:${password}@127.0.0.1:${port}/${DATABASE}`,
  };
}

/**
 * Where util-linux is there, the kernel tells the server to shut down when the process that started it dies, so that a
 * SIGKILLed supervisor leaves no database behind. Elsewhere the next start ends it.
 */
const LEASH = ["--pdeathsig", "INT"];

const canLeash = async (user: ServerUser | undefined): Promise<boolean> =>
  process.platform === "linux" && succeeds("setpriv", [...LEASH, "true"], user);

/** Asks once whether the server answers; makes the application's database when it is missing. Rejects when not ready. */
export async function probePostgres(plan: PostgresPlan): Promise<void> {
  // A connection string outweighs every other option of pg: the maintenance database must be named in it.
  const maintenance = new URL(plan.url);
  maintenance.pathname = "/postgres";
  const client = new pg.Client({
    connectionString: maintenance.href,
    connectionTimeoutMillis: 2_000,
    query_timeout: 10_000,
  });
  client.on("error", () => undefined);
  try {
    await client.connect();
    const found = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [DATABASE]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(DATABASE)}`);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** A server that runs as a child of this process. */
export interface EmbeddedPostgres {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Settles when the server has ended, whoever ended it. */
  readonly exited: Promise<void>;
  /** Fast shutdown; immediate, then SIGKILL when it takes too long. */
  stop(): Promise<void>;
}

/** Starts the server of a data folder without a supervisor: for tests and tools. Rejects when it does not get ready. */
export async function startPostgres(data: string, log: Log): Promise<EmbeddedPostgres> {
  await mkdir(data, { recursive: true });
  const plan = await planPostgres(data, log);
  const child = spawn(plan.command, plan.args, {
    cwd: "/",
    env: plan.env,
    stdio: ["ignore", "ignore", "pipe"],
    ...(plan.uid === undefined ? {} : { uid: plan.uid, gid: plan.gid }),
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => log.debug({ postgres: text.trimEnd() }));
  const exited = once(child, "exit").then(() => undefined);
  const hasExited = () => child.exitCode !== null || child.signalCode !== null;
  let fault: unknown;
  const ready = await waitUntil(
    async () => {
      if (hasExited()) return true;
      return probePostgres(plan).then(
        () => true,
        (error: unknown) => {
          fault = error;
          return false;
        },
      );
    },
    60_000,
    { everyMs: 100 },
  );
  if (!ready || hasExited() || child.pid === undefined) {
    await stopServer(child, exited);
    throw new Error("PostgreSQL did not get ready", { cause: fault });
  }
  return { url: plan.url, port: plan.port, pid: child.pid, exited, stop: () => stopServer(child, exited) };
}

async function stopServer(child: ChildProcess, exited: Promise<void>): Promise<void> {
  for (const signal of [...POSTGRES_STOP_SIGNALS, "SIGKILL"] as const) {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    const timeout = AbortSignal.timeout(10_000);
    await Promise.race([exited, once(timeout, "abort")]);
  }
}
