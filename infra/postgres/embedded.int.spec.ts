import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import {
  chmod,
  chown,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import pg from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createLog } from "../log.ts";
import { endProcess } from "../supervisor/end-process.ts";
import { processIdentity } from "../supervisor/process-identity.ts";
import { waitUntil } from "../supervisor/wait.ts";
import { type EmbeddedPostgres, planPostgres, probePostgres, startPostgres } from "./embedded.ts";
import { canEnter } from "./server-user.ts";

const log = createLog("test", "silent");
const isRoot = process.getuid?.() === 0;

let data: string;
const running: EmbeddedPostgres[] = [];

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), "ordertrail-embedded-"));
});

afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
  await rm(data, { recursive: true, force: true });
});

async function start(folder = data): Promise<EmbeddedPostgres> {
  const server = await startPostgres(folder, log);
  running.push(server);
  return server;
}

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000, query_timeout: 10_000 });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

const gone = (pid: number) => waitUntil(async () => (await processIdentity(pid)) === undefined, 20_000);

test("a fresh server is durable, ready for logical decoding, and reached only from this machine", async () => {
  const { url } = await start();
  const rows = await query(
    url,
    `SELECT name, setting FROM pg_settings WHERE name IN
       ('fsync', 'synchronous_commit', 'full_page_writes', 'wal_level', 'max_connections', 'listen_addresses', 'TimeZone')`,
  );
  expect(Object.fromEntries(rows.map((row) => [row.name, row.setting]))).toEqual({
    fsync: "on",
    synchronous_commit: "on",
    full_page_writes: "on",
    wal_level: "logical",
    max_connections: "200",
    listen_addresses: "127.0.0.1",
    TimeZone: "UTC",
  });
});

test("the password is generated, readable by its owner only, and needed", async () => {
  const { url } = await start();
  const file = join(data, "keys", "postgres.password");
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const wrong = new URL(url);
  wrong.password = "guessed";
  await expect(query(wrong.href, "SELECT 1")).rejects.toMatchObject({ code: "28P01" });
});

test("the next start finds the data, at the same address", async () => {
  const first = await start();
  await query(first.url, "CREATE TABLE kept (id int); INSERT INTO kept VALUES (1)");
  await first.stop();
  expect(await gone(first.pid)).toBe(true);
  const second = await start();
  expect(second.url).toBe(first.url);
  expect(await query(second.url, "SELECT id FROM kept")).toEqual([{ id: 1 }]);
});

test("a killed postmaster is noticed, its busy backends are ended, and what was committed is there again", async () => {
  const first = await start();
  await query(first.url, "CREATE TABLE kept (id int); INSERT INTO kept VALUES (1)");
  const client = new pg.Client({ connectionString: first.url });
  client.on("error", () => undefined);
  await client.connect();
  const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  const backend = rows[0]?.pid ?? 0;
  // A loop that never waits does not notice that its postmaster is gone.
  const busy = client.query("DO $$ BEGIN LOOP END LOOP; END $$").catch(() => undefined);
  process.kill(first.pid, "SIGKILL");
  await first.exited;
  const second = await start();
  expect(await processIdentity(backend)).toBeUndefined();
  expect(await query(second.url, "SELECT id FROM kept")).toEqual([{ id: 1 }]);
  await busy;
});

test("a server that a killed run left behind is stopped, and a new one started on its data", async () => {
  const plan = await planPostgres(data, log);
  const program = plan.args.findIndex((arg) => arg.endsWith("/postgres"));
  const [command, args] =
    program === -1 ? [plan.command, plan.args] : [plan.args[program] ?? "", plan.args.slice(program + 1)];
  const leftover = spawn(command, args, {
    cwd: "/",
    env: plan.env,
    stdio: "ignore",
    ...(plan.uid === undefined ? {} : { uid: plan.uid, gid: plan.gid }),
  });
  const answers = () =>
    probePostgres(plan).then(
      () => true,
      () => false,
    );
  expect(await waitUntil(answers, 30_000)).toBe(true);
  await query(plan.url, "CREATE TABLE kept (id int)");
  const server = await start();
  expect(await gone(leftover.pid ?? 0)).toBe(true);
  expect(await query(server.url, "SELECT * FROM kept")).toEqual([]);
});

test("postmaster.pid of a process that is gone does not stop a start", async () => {
  const first = await start();
  await first.stop();
  await writeFile(join(data, "postgres", "postmaster.pid"), `${first.pid}\n${data}\n`);
  await expect(start()).resolves.toMatchObject({ port: first.port });
});

test("postmaster.pid whose number now belongs to another program: that one is left alone", async () => {
  const first = await start();
  await first.stop();
  const plan = await planPostgres(data, log);
  const other = spawn("sleep", ["600"], {
    stdio: "ignore",
    ...(plan.uid === undefined ? {} : { uid: plan.uid, gid: plan.gid }),
  });
  const pid = other.pid ?? 0;
  const identity = await processIdentity(pid);
  try {
    await writeFile(join(data, "postgres", "postmaster.pid"), `${pid}\n${await realpath(join(data, "postgres"))}\n`);
    await start();
    expect(await processIdentity(pid)).toBe(identity);
  } finally {
    if (identity !== undefined) await endProcess(pid, identity, ["SIGTERM"], 5_000);
  }
});

test("a remembered port that somebody else holds is replaced, and the new one remembered", async () => {
  const first = await start();
  await first.stop();
  const holder: Server = createServer();
  await new Promise<void>((resolve) => holder.listen(first.port, "127.0.0.1", resolve));
  try {
    const second = await start();
    expect(second.port).not.toBe(first.port);
    expect(Number(await readFile(join(data, "run", "postgres.port"), "utf8"))).toBe(second.port);
    await query(second.url, "SELECT 1");
  } finally {
    await new Promise((resolve) => holder.close(resolve));
  }
});

test("an initialisation that was killed half-way is done again, and nothing is thrown away", async () => {
  await mkdir(join(data, "postgres.new"), { recursive: true });
  await writeFile(join(data, "postgres.new", "PG_VERSION"), "18\n");
  await mkdir(join(data, "postgres"), { recursive: true });
  await writeFile(join(data, "postgres", "unfinished"), "");
  const { url } = await start();
  await query(url, "SELECT 1");
  const aside = (await readdir(data)).filter((name) => name.startsWith("postgres.incomplete-"));
  expect(aside).toHaveLength(1);
});

test("files of another major version are refused by name, not touched", async () => {
  const first = await start();
  await first.stop();
  await writeFile(join(data, "postgres", "PG_VERSION"), "9\n");
  await expect(start()).rejects.toThrow(/PostgreSQL 9.*brings \d\d/);
});

test("the server ends when the process that started it is killed", async (context) => {
  const { args } = await planPostgres(data, log);
  if (!args.includes("--pdeathsig")) context.skip("setpriv of util-linux is missing");
  const starter = spawn(process.execPath, ["--input-type=module-typescript", "-e", STARTER, data], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const pid = Number(await firstLine(starter.stdout));
  expect(await processIdentity(pid)).toBeDefined();
  starter.kill("SIGKILL");
  expect(await gone(pid)).toBe(true);
});

test("root keeps the database where the server's account can go when the data folder is closed to it", async (context) => {
  if (!isRoot) context.skip("needs root");
  await chmod(data, 0o700);
  const closed = join(data, "project", "data");
  await mkdir(closed, { recursive: true });
  const { url } = await start(closed);
  await query(url, "SELECT 1");
  expect((await lstat(join(closed, "postgres"))).isSymbolicLink()).toBe(true);
  await running.at(-1)?.stop();
  const again = await start(closed);
  expect(again.url).toBe(url);
  await again.stop();
  await rm(dirname(await realpath(join(closed, "postgres"))), { recursive: true });
});

test("an ordinary user needs nothing but the folder", async (context) => {
  if (!isRoot) context.skip("the other tests run as an ordinary user already");
  const nobody = { uid: 65_534, gid: 65_534 };
  if (!existsSync("/etc/passwd") || !(await readFile("/etc/passwd", "utf8")).includes(`:${nobody.uid}:`)) {
    context.skip("there is no ordinary account on this machine");
  }
  if (!(await canEnter(import.meta.dirname, nobody))) context.skip("the project folder is closed to other accounts");
  await chown(data, nobody.uid, nobody.gid);
  const starter = spawn(process.execPath, ["--input-type=module-typescript", "-e", STARTER, data], {
    ...nobody,
    cwd: "/",
    env: { PATH: process.env.PATH, POSTGRES_BIN: process.env.POSTGRES_BIN },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const pid = Number(await firstLine(starter.stdout));
  expect((await stat(`/proc/${pid}`)).uid).toBe(nobody.uid);
  starter.kill("SIGKILL");
  expect(await gone(pid)).toBe(true);
});

/** A program that starts a server, prints its pid and waits. */
const STARTER = `
  import { startPostgres } from ${JSON.stringify(new URL("./embedded.ts", import.meta.url).href)};
  import { createLog } from ${JSON.stringify(new URL("../log.ts", import.meta.url).href)};
  const server = await startPostgres(process.argv[1], createLog("test", "silent"));
  console.log(server.pid);
  setInterval(() => undefined, 1000);
`;

async function firstLine(stream: NodeJS.ReadableStream): Promise<string> {
  let text = "";
  for await (const chunk of stream) {
    text += String(chunk);
    if (text.includes("\n")) break;
  }
  return text.split("\n")[0] ?? "";
}
