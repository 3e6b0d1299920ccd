import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { pino } from "pino";
import { type Config, readConfig } from "../../infra/config.ts";
import type { Log } from "../../infra/log.ts";
import { migrate } from "../../infra/postgres/migrations.ts";
import { lockFolder } from "../../infra/supervisor/folder-lock.ts";
import { endLeftovers } from "../../infra/supervisor/leftovers.ts";
import { createLogSink } from "../../infra/supervisor/log-sink.ts";
import { Supervisor } from "../../infra/supervisor/supervisor.ts";
import { analystLogin, analystPasswordFile, setUpRoles } from "../database/database-roles.ts";
import { MIGRATIONS } from "../database/migrations.ts";
import type { RoleName } from "../roles/role.ts";
import type { WelcomeFacts } from "../welcome.ts";
import { chooseAddresses, reachableHost, withoutPassword } from "./addresses.ts";
import { eventNodeChild, postgresChild, roleChild } from "./children.ts";
import { fillIfEmpty } from "./first-data.ts";
import { buildPages } from "./web-pages.ts";

/** A system that runs on this machine. */
export interface RunningSystem {
  readonly facts: WelcomeFacts;
  stop(): Promise<void>;
}

/** Tells people what happens, a line at a time. */
export type Progress = (line: string) => void;

/**
 * Starts everything in order: engines, schema, pages, first data, simulators, workers, API. When a part cannot be
 * started, those before it are ended again and the error goes on. `signal` ends a start that is under way.
 */
export async function startSystem(config: Config, progress: Progress, signal: AbortSignal): Promise<RunningSystem> {
  const data = config.ORDERTRAIL_DATA;
  // The folder itself is open for passing through (to the database, whose server may have another account).
  for (const folder of ["keys", "run", "logs", "events", "simulators"]) {
    await mkdir(join(data, folder), { recursive: true, mode: 0o700 });
  }
  await chmod(join(data, "keys"), 0o700);
  const lock = await lockFolder(data);
  const logs = join(data, "logs");
  // Who asks for a level sees it; who does not sees what needs attention, and finds the rest in the files.
  const shown = process.env.LOG_LEVEL === undefined ? needsAttention : undefined;
  const sink = createLogSink({ folder: logs, output: process.stderr, pretty: process.stderr.isTTY, shown });
  const log: Log = pino(
    { name: "ordertrail", level: config.LOG_LEVEL, base: { role: "supervisor", pid: process.pid } },
    { write: (line: string) => sink.line("supervisor", line.trimEnd()) },
  );
  const began = new Map<string, number>();
  const supervisor = new Supervisor({
    data,
    log,
    sink,
    delays: { most: config.RESTART_PAUSE_MS },
    changed: (name, state, pid) => {
      if (state === "starting") began.set(name, performance.now());
      if (state !== "ready") return;
      const seconds = ((performance.now() - (began.get(name) ?? 0)) / 1000).toFixed(1);
      progress(`${name.padEnd(11)} ready after ${seconds} s (process ${pid})`);
    },
  });
  const stop = async () => {
    await supervisor.stop();
    await sink.close();
    await lock.release();
  };
  const interrupt = () => void supervisor.stop();
  signal.addEventListener("abort", interrupt);
  try {
    await endLeftovers(data, log);
    const facts = await startParts(config, supervisor, log, progress);
    return { facts: { ...facts, logs }, stop };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    signal.removeEventListener("abort", interrupt);
  }
}

async function startParts(
  config: Config,
  supervisor: Supervisor,
  log: Log,
  progress: Progress,
): Promise<Omit<WelcomeFacts, "logs">> {
  const addresses = await chooseAddresses(config, process.env);
  const engines = new Engines(config, supervisor);
  const roleEnv = () => ({ ...addresses.env, ...engines.env() });
  const pages = buildPages().then(
    (state) => state === "built" && progress("pages       built"),
    (error: Error) => progress(`pages       not built: ${error.message}`),
  );
  await Promise.all([
    config.DATABASE_URL === undefined &&
      supervisor.start(postgresChild(config, log, (url) => engines.moved("DATABASE_URL", url))),
    config.EVENTSTORE_URL === undefined &&
      supervisor.start(eventNodeChild(config, (url) => engines.moved("EVENTSTORE_URL", url))),
  ]);
  const { DATABASE_URL: database = "", EVENTSTORE_URL: eventStore = "" } = engines.env();
  const steps = await migrate(database, MIGRATIONS, log);
  progress(`schema      ${steps.length === 0 ? "up to date" : `${steps.length} steps made`}`);
  const analyst = config.DATABASE_URL === undefined ? await analystLogin(config) : undefined;
  const roles = await setUpRoles(config, database, analyst);
  if (roles.state === "unavailable") {
    progress(`roles       not used: ${roles.reason} ("ordertrail migrate" says what to do)`);
    log.warn({ reason: roles.reason }, "the database has no roles: everything is done as the login itself");
  }
  await pages;
  if (config.SAMPLE_DATA) await fillIfEmpty(readConfig({ ...process.env, ...roleEnv() }), log, progress);
  if (config.OIDC_ISSUER === undefined && !LOOPBACK.has(config.HOST)) {
    progress(`warning     HOST=${config.HOST} and no OIDC_ISSUER: whoever reaches this port can take any role`);
  }
  const parts: RoleName[] = addresses.simulated.length > 0 ? ["simulators", "workers", "api"] : ["workers", "api"];
  for (const role of parts) {
    await supervisor.start(roleChild(role, config, roleEnv));
    engines.dependents.push(role);
  }
  return {
    base: `http://${reachableHost(config.HOST)}:${addresses.port}`,
    eventStore: withoutPassword(eventStore),
    database: withoutPassword(database),
    analysts: analyst && roles.state === "applied" ? analystAddress(config, database, analyst.name) : undefined,
    simulated: addresses.simulated,
  };
}

/** The line by which an analyst gets in. */
function analystAddress(config: Config, database: string, login: string): string {
  const { host, pathname } = new URL(database);
  const file = analystPasswordFile(config.ORDERTRAIL_DATA);
  return `PGPASSWORD=$(cat ${file}) psql postgresql://${login}@${host}${pathname}`;
}

const LOOPBACK = new Set(["127.0.0.1", "localhost", "::1"]);

type Engine = "DATABASE_URL" | "EVENTSTORE_URL";

/** Where the engines answer. When one comes back at another port, the processes that use it are started anew. */
class Engines {
  readonly dependents: string[] = [];
  readonly #supervisor: Supervisor;
  #urls: Readonly<Partial<Record<Engine, string>>>;

  constructor(config: Config, supervisor: Supervisor) {
    this.#supervisor = supervisor;
    const { DATABASE_URL, EVENTSTORE_URL } = config;
    this.#urls = { ...(DATABASE_URL && { DATABASE_URL }), ...(EVENTSTORE_URL && { EVENTSTORE_URL }) };
  }

  env(): Readonly<Partial<Record<Engine, string>>> {
    return this.#urls;
  }

  moved(engine: Engine, url: string): void {
    if (this.#urls[engine] === url) return;
    this.#urls = { ...this.#urls, [engine]: url };
    for (const name of this.dependents) void this.#supervisor.restart(name);
  }
}

const WARNING = 40;

/** Warnings and worse of a structured line; of plain text, what PostgreSQL calls fatal. */
function needsAttention(text: string): boolean {
  const level = /^\{"level":(\d+)/.exec(text)?.[1];
  return level === undefined ? /\b(FATAL|PANIC)\b/.test(text) : Number(level) >= WARNING;
}
