import { spawn } from "node:child_process";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { waitUntil } from "../supervisor/wait.ts";
import { type Migration, migrate } from "./migrations.ts";
import { createPool } from "./pool.ts";
import { throwawayPostgres } from "./testing.ts";

let server: Awaited<ReturnType<typeof throwawayPostgres>>;
let admin: pg.Pool;
let url: string;
let databases = 0;

beforeAll(async () => {
  server = await throwawayPostgres();
  admin = createPool(server.url, { applicationName: "admin", max: 4 });
});

afterAll(async () => {
  await admin.end();
  await server.stop();
});

beforeEach(async () => {
  const name = `m${++databases}`;
  await admin.query(`CREATE DATABASE ${name}`);
  const address = new URL(server.url);
  address.pathname = `/${name}`;
  url = address.href;
});

async function query(text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url, query_timeout: 10_000 });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

const runner: Migration = {
  name: "2026-11-21-01-runner",
  up: async (db) => {
    await db.raw("CREATE SCHEMA runner");
    await db.raw("CREATE TABLE runner.position (name text PRIMARY KEY)");
  },
};
const keys: Migration = {
  name: "2026-11-21-02-keys",
  up: async (db) => {
    await db.schema.createSchema("keys");
    await db.schema.withSchema("keys").createTable("wrapped", (table) => table.text("id").primary());
  },
};

test("steps run in the order of their names, once, and the bookkeeping has a schema of its own", async () => {
  expect(await migrate(url, [keys, runner])).toEqual([runner.name, keys.name]);
  expect(await migrate(url, [keys, runner])).toEqual([]);
  expect(await query("SELECT name FROM ordertrail.migrations ORDER BY id")).toEqual([
    { name: runner.name },
    { name: keys.name },
  ]);
  expect(await query("SELECT 1 FROM pg_tables WHERE schemaname = 'public'")).toEqual([]);
});

test("a later step is added to what is there", async () => {
  await migrate(url, [runner]);
  expect(await migrate(url, [runner, keys])).toEqual([keys.name]);
});

test("a step that fails takes back the whole run, and the next run makes it up", async () => {
  const broken: Migration = { name: keys.name, up: (db) => db.raw("SELECT missing FROM nowhere") };
  await expect(migrate(url, [runner, broken])).rejects.toMatchObject({ code: "42P01" });
  expect(await query("SELECT 1 FROM pg_namespace WHERE nspname = 'runner'")).toEqual([]);
  expect(await migrate(url, [runner, keys])).toEqual([runner.name, keys.name]);
});

test("processes that start together make each step once", async () => {
  const runs = await Promise.all(Array.from({ length: 4 }, () => migrate(url, [runner, keys])));
  expect(runs.flat().toSorted()).toEqual([runner.name, keys.name]);
});

test("a lock row that a killed run left does not stop the next", async () => {
  await migrate(url, [runner]);
  await query("UPDATE ordertrail.migrations_lock SET is_locked = 1");
  expect(await migrate(url, [runner, keys])).toEqual([keys.name]);
});

test("a run killed in the middle of a step leaves nothing, and the next one does it", async () => {
  const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", STUCK, url], { stdio: "inherit" });
  const stuck = () =>
    query("SELECT 1 FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND pid <> pg_backend_pid()");
  expect(await waitUntil(async () => (await stuck()).length > 0, 20_000)).toBe(true);
  child.kill("SIGKILL");
  expect(await migrate(url, [runner])).toEqual([runner.name]);
});

test.each([
  ["a name out of the order", [{ name: "runner", up: async () => undefined }], /not "runner"/],
  ["the same name twice", [runner, runner], /two migrations/],
])("%s is refused before anything runs", async (_what, list: Migration[], message) => {
  await expect(migrate(url, list)).rejects.toThrow(message);
  expect(await query("SELECT 1 FROM pg_namespace WHERE nspname = 'ordertrail'")).toEqual([]);
});

test("a database that is ahead of the program is refused", async () => {
  await migrate(url, [runner, keys]);
  await expect(migrate(url, [runner])).rejects.toThrow(/2026-11-21-02-keys/);
});

const STUCK = `
  import { migrate } from ${JSON.stringify(new URL("./migrations.ts", import.meta.url).href)};
  await migrate(process.argv[1], [{ name: "2026-11-21-01-runner", up: async (db) => {
    await db.raw("CREATE SCHEMA runner");
    await db.raw("SELECT pg_sleep(600)");
  } }]);
`;
