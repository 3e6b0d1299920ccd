import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { throwawayPostgres } from "../infra/postgres/testing.ts";
import {
  IMAGES,
  startEventStoreContainer,
  startNatsContainer,
  startPostgresContainer,
} from "../infra/testing/containers.ts";
import { installDebianPackage } from "./debian-package.ts";
import { findProgram } from "./find-program.ts";

/**
 * `npm run test:nats`, `test:postgres15` and `test:containers`: the whole test set (or, with words, the files whose
 * path contains one) on real engines. Each says first which engine really answers, in which version.
 */
const PROJECT = fileURLToPath(new URL("..", import.meta.url));
const POSTGRES_BIN = "/usr/lib/postgresql/15/bin";

/** The engines cannot be had here: one sentence that says why. */
class EngineMissing extends Error {}

interface Setting {
  /** What the tests are told. */
  readonly env: Readonly<Record<string, string>>;
  /** What answers, as it says itself. */
  readonly engines: readonly string[];
}

async function nats(): Promise<Setting> {
  const find = () => findProgram("nats-server");
  const fault = find() === undefined ? installDebianPackage("nats-server") : undefined;
  const program = find();
  if (program === undefined) {
    throw new EngineMissing(
      `there is no nats-server here (${fault}): install it, on Debian "apt-get install nats-server"`,
    );
  }
  process.env.TEST_NATS_SERVER = program;
  const { NatsServer, realNatsServer } = await import("../realtime/testing-nats-server.ts");
  const server = realNatsServer();
  if (!(server instanceof NatsServer)) throw new EngineMissing("the tests would not take the nats-server");
  await server.start();
  const version = await natsVersion(server.url);
  await server.close();
  return { env: { TEST_NATS_SERVER: program }, engines: [`nats-server ${version} (${program})`] };
}

async function postgres15(): Promise<Setting> {
  const find = () => existsSync(join(POSTGRES_BIN, "initdb"));
  const fault = find() ? undefined : installDebianPackage("postgresql-15");
  if (!find()) {
    const advice = 'install it, on Debian 12 "apt-get install postgresql-15"';
    throw new EngineMissing(`there is no PostgreSQL 15 in ${POSTGRES_BIN} (${fault}): ${advice}`);
  }
  process.env.POSTGRES_BIN = POSTGRES_BIN;
  const server = await throwawayPostgres();
  const version = await postgresVersion(server.url);
  await server.stop();
  return { env: { POSTGRES_BIN }, engines: [`PostgreSQL ${version} (${POSTGRES_BIN})`] };
}

async function containers(): Promise<Setting> {
  const { getContainerRuntimeClient } = await import("testcontainers");
  await getContainerRuntimeClient().catch((error: Error) => {
    throw new EngineMissing(
      `it needs a Docker engine, and none answers here (${error.message}); run it where there is one`,
    );
  });
  const store = await startEventStoreContainer();
  const info = await fetch(`${store.url.replace("esdb:", "http:").replace("?tls=false", "")}/info`, {
    signal: AbortSignal.timeout(10_000),
  });
  const { esVersion } = (await info.json()) as { esVersion?: string };
  await store.stop();
  const database = await startPostgresContainer();
  const version = await postgresVersion(database.url);
  await database.stop();
  const broker = await startNatsContainer();
  const natsServer = await natsVersion(broker.url);
  await broker.stop();
  return {
    env: { TEST_CONTAINERS: "1" },
    engines: [
      `EventStoreDB ${esVersion} (${IMAGES.eventStore})`,
      `PostgreSQL ${version} (${IMAGES.postgres})`,
      `nats-server ${natsServer} (${IMAGES.nats})`,
    ],
  };
}

async function natsVersion(url: string): Promise<string> {
  const { connect } = await import("nats");
  const connection = await connect({ servers: url, timeout: 10_000 });
  const version = connection.info?.version ?? "of unknown version";
  await connection.close();
  return version;
}

async function postgresVersion(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000, query_timeout: 10_000 });
  await client.connect();
  const { rows } = await client.query<{ server_version: string }>("SHOW server_version");
  await client.end();
  return rows[0]?.server_version ?? "of unknown version";
}

const SETTINGS: Readonly<Record<string, () => Promise<Setting>>> = { nats, postgres15, containers };

const [name = "", ...words] = process.argv.slice(2);
const prepare = SETTINGS[name];
if (prepare === undefined) {
  process.stderr.write(
    `usage: node test/real-engines.ts ${Object.keys(SETTINGS).join("|")} [words of test files' paths]\n`,
  );
  process.exit(2);
}
try {
  const { env, engines } = await prepare();
  for (const engine of engines) process.stdout.write(`=== engine: ${engine}\n`);
  const child = spawn(process.execPath, [join(PROJECT, "test", "run.ts"), ...words], {
    cwd: PROJECT,
    env: { ...process.env, ...env },
    stdio: "inherit",
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
  child.once("exit", (code) => {
    for (const engine of engines) process.stdout.write(`on ${engine}\n`);
    process.exit(code ?? 1);
  });
} catch (error) {
  if (!(error instanceof EngineMissing)) throw error;
  process.stderr.write(`test:${name} cannot run: ${error.message}\n`);
  process.exit(1);
}
