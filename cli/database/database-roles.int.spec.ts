import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../infra/clock.ts";
import { type Config, readConfig } from "../../infra/config.ts";
import { abortJob, createJob } from "../../infra/dead-letters/jobs.ts";
import { deadLetterEffect } from "../../infra/dead-letters/record.ts";
import { throwawayStore } from "../../infra/event-store/testing.ts";
import { createLog } from "../../infra/log.ts";
import { migrate } from "../../infra/postgres/migrations.ts";
import type { Part } from "../../infra/postgres/parts.ts";
import { createPool, inTransaction } from "../../infra/postgres/pool.ts";
import { throwawayPostgres } from "../../infra/postgres/testing.ts";
import { PROJECTIONS } from "../../projections/read-models.ts";
import { buildUpTo } from "../../projections/replay/build-generation.ts";
import { refreshAnalystViews } from "../../projections/runner/analyst-views.ts";
import { addGeneration, dropGeneration, ensureProjection } from "../../projections/runner/generations.ts";
import type { Projection } from "../../projections/runner/projection.ts";
import { analystLogin, roleAdvice, setUpRoles } from "./database-roles.ts";
import { MIGRATIONS } from "./migrations.ts";

const REFUSED = { code: "42501" };
const pools: pg.Pool[] = [];
let database: Awaited<ReturnType<typeof throwawayPostgres>>;
let config: Config;
let folder: string;
let admin: pg.Pool;
let workers: pg.Pool;
let api: pg.Pool;
let analyst: pg.Pool;

function poolAs(url: string, part?: Part): pg.Pool {
  const pool = createPool(url, { applicationName: "test", max: 2, ...(part && { part }) });
  pools.push(pool);
  return pool;
}

function projectionOf(name: string): Projection {
  const found = PROJECTIONS.find((projection) => projection.name === name);
  if (found === undefined) throw new Error(`there is no projection ${name}`);
  return found;
}

const as = (login: string, password: string): string => {
  const url = new URL(database.url);
  url.username = login;
  url.password = password;
  return url.href;
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ordertrail-roles-"));
  config = readConfig({ ORDERTRAIL_DATA: folder });
  database = await throwawayPostgres();
  await migrate(database.url, MIGRATIONS);
  admin = poolAs(database.url);
  // One read model from before there were roles; the others are made by workers, as they are when a system starts.
  await ensureProjection(admin, projectionOf("orders"), systemClock);
  const login = await analystLogin(config);
  expect(await setUpRoles(config, database.url, login)).toMatchObject({ state: "applied" });
  workers = poolAs(database.url, "workers");
  api = poolAs(database.url, "api");
  analyst = poolAs(as(login.name, login.password));
  for (const projection of PROJECTIONS) await ensureProjection(workers, projection, systemClock);
  expect(await refreshAnalystViews(workers, PROJECTIONS)).toEqual([]);
  await admin.query(
    `INSERT INTO timeline_g1.events SELECT gen_random_uuid(), 0, gen_random_uuid(), 'order.placed', now(), 'customer', 'c', NULL,
       'c', 'c', 'c', '{}', 'h', 1`,
  );
});

afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.end()));
  await database?.stop();
  await rm(folder, { recursive: true, force: true });
});

describe("the timeline", () => {
  const CHANGES = [
    "UPDATE timeline_g1.events SET hash = 'forged'",
    "DELETE FROM timeline_g1.events",
    "TRUNCATE timeline_g1.events",
    "DROP TABLE timeline_g1.events",
    "ALTER TABLE timeline_g1.events ADD COLUMN note text",
    "ALTER TABLE timeline_g1.events DISABLE TRIGGER ALL",
  ];

  test.each(CHANGES)("refuses api and workers: %s", async (statement) => {
    await expect(api.query(statement)).rejects.toMatchObject(REFUSED);
    await expect(workers.query(statement)).rejects.toMatchObject(REFUSED);
    expect((await admin.query("SELECT hash FROM timeline_g1.events")).rows).toEqual([{ hash: "h" }]);
  });

  test("is added to by the workers and nobody else", async () => {
    const more =
      "INSERT INTO timeline_g1.events SELECT (e).* FROM (SELECT e FROM timeline_g1.events e) AS x (e) ON CONFLICT DO NOTHING";
    await expect(api.query(more)).rejects.toMatchObject(REFUSED);
    expect((await workers.query(more)).rowCount).toBe(0);
  });

  test("has the same rights in a generation that is built anew", async () => {
    const timeline = projectionOf("timeline");
    const { schema, generation } = await addGeneration(workers, timeline, systemClock);
    await expect(workers.query(`DELETE FROM ${schema}.events`)).rejects.toMatchObject(REFUSED);
    expect((await analyst.query(`SELECT 1 FROM ${schema}.events`)).rows).toEqual([]);
    await dropGeneration(workers, "timeline", generation);
  });
});

describe("read models", () => {
  test("are written by the workers, read by the API, and made by their owner only", async () => {
    const row = "INSERT INTO witness_g1.heads VALUES ('a', 0, 'h', 1)";
    await expect(api.query(row)).rejects.toMatchObject(REFUSED);
    await workers.query(row);
    await workers.query("UPDATE witness_g1.heads SET hash = 'i'");
    expect((await api.query("SELECT hash FROM witness_g1.heads")).rows).toEqual([{ hash: "i" }]);
    await workers.query("DELETE FROM witness_g1.heads");
    for (const pool of [api, workers]) {
      await expect(pool.query("CREATE TABLE witness_g1.other (id int)")).rejects.toMatchObject(REFUSED);
      await expect(pool.query("CREATE SCHEMA other")).rejects.toMatchObject(REFUSED);
    }
  });

  test("that were there before the roles belong to the owner as well", async () => {
    const { rows } = await admin.query(
      `SELECT DISTINCT nspname, pg_get_userbyid(nspowner) AS owner, pg_get_userbyid(relowner) AS of_table
       FROM pg_namespace n JOIN pg_class c ON c.relnamespace = n.oid AND relkind = 'r' WHERE nspname = 'orders_g1'`,
    );
    expect(rows).toEqual([{ nspname: "orders_g1", owner: "ordertrail_owner", of_table: "ordertrail_owner" }]);
  });

  test("are analysed by whoever fills them: a new one's readers need its statistics", async () => {
    const store = await throwawayStore();
    const witness = projectionOf("witness");
    const built = await addGeneration(workers, witness, systemClock);
    const log = createLog("test", "silent");
    const building = { projection: witness, pool: workers, store: store.store, log, clock: systemClock };
    await buildUpTo({ ...building, instance: "test" }, built, undefined);
    const { rows } = await admin.query("SELECT reltuples FROM pg_class WHERE oid = to_regclass($1)", [
      `${built.schema}.heads`,
    ]);
    expect(rows).toEqual([{ reltuples: 0 }]); // -1 before the first ANALYZE
    await dropGeneration(workers, "witness", built.generation);
    await store.stop();
  });

  test("leave the role to the transaction that made one: the connection goes on as the workers", async () => {
    const one = poolAs(database.url, "workers");
    const witness = projectionOf("witness");
    const { generation } = await addGeneration(one, witness, systemClock);
    expect((await one.query("SELECT current_user AS role")).rows).toEqual([{ role: "ordertrail_workers" }]);
    await dropGeneration(one, "witness", generation);
    expect((await one.query("SELECT current_user AS role")).rows).toEqual([{ role: "ordertrail_workers" }]);
  });
});

describe("the API", () => {
  test("reads no effects, and of positions and parked streams it changes nothing", async () => {
    await expect(api.query("SELECT 1 FROM payment.effects")).rejects.toMatchObject(REFUSED);
    await expect(api.query("UPDATE runner.positions SET commit = 0")).rejects.toMatchObject(REFUSED);
    await expect(api.query("DELETE FROM runner.dead_letters")).rejects.toMatchObject(REFUSED);
    await expect(api.query("DELETE FROM keys.customer_keys")).rejects.toMatchObject(REFUSED);
    expect((await api.query("SELECT 1 FROM runner.dead_letters")).rows).toEqual([]);
  });

  test("asks for redrives and ends them; what becomes of the letters is the workers'", async () => {
    const orderId = randomUUID();
    const dead = { consumer: "payment", orderId, effectId: "payment.refund/1", payload: null, attempts: 4 };
    const failure = {
      failureType: "service_unavailable",
      failureClass: "transient",
      message: "503",
      stack: "",
    } as const;
    await deadLetterEffect(workers, { ...dead, ...failure, firstFailedAt: 0, now: 0 });
    const id = randomUUID();
    const job = { id, action: "redrive", by: { type: "admin", id: "olga" }, filter: {}, perSecond: 1, now: 0 } as const;
    expect(await inTransaction(api, (tx) => createJob(tx, job))).toBe(1);
    expect(await inTransaction(api, (tx) => abortJob(tx, id, 0))).toBe(true);
    await expect(api.query("UPDATE runner.dead_letters SET state = 'redriven'")).rejects.toMatchObject(REFUSED);
    await workers.query("DELETE FROM runner.dead_letters");
  });
});

describe("an analyst", () => {
  test.each([
    "analyst.orders",
    "analyst.timeline_events",
    "analyst.witness_heads",
    "runner.positions",
    "orders_g1.orders",
  ])("reads %s", async (table) => {
    await expect(analyst.query(`SELECT * FROM ${table}`)).resolves.toBeDefined();
  });

  test("finds the views without naming their schema", async () => {
    expect((await analyst.query("SELECT type FROM timeline_events")).rows).toEqual([{ type: "order.placed" }]);
  });

  test.each([
    "keys.customer_keys",
    "keys.master_key",
    "payment.effects",
    "realtime.outbox",
    "runner.dead_letters",
    "replay.jobs",
  ])("does not read %s", async (table) => {
    await expect(analyst.query(`SELECT * FROM ${table}`)).rejects.toMatchObject(REFUSED);
  });

  test.each([
    "INSERT INTO witness_g1.heads VALUES ('a', 0, 'h', 1)",
    "UPDATE orders_g1.orders SET status = 'delivered'",
    "DELETE FROM timeline_events",
    "TRUNCATE orders_g1.orders",
    "CREATE TABLE analyst.mine (id int)",
    "CREATE TABLE public.mine (id int)",
    "CREATE TEMPORARY TABLE mine (id int)",
    "CREATE SCHEMA mine",
    "DROP VIEW orders",
    "SET ROLE ordertrail_workers",
  ])("is refused: %s", async (statement) => {
    // Reading only is a setting that everybody can take back; the rights have to hold without it.
    const refused = inTransaction(analyst, async (tx) => {
      await tx.query("SET TRANSACTION READ WRITE");
      await tx.query(statement);
    });
    await expect(refused).rejects.toMatchObject(REFUSED);
  });
});

describe("the views of analysts", () => {
  const swap = (from: number, to: number) =>
    admin.query(
      `UPDATE runner.generations SET state = CASE WHEN generation = $2 THEN 'live' ELSE 'building' END
       WHERE projection = 'witness' AND generation IN ($1, $2)`,
      [from, to],
    );

  test("follow a swap; one that somebody reads is left for the next round and holds nobody up", async () => {
    const witness = projectionOf("witness");
    const next = await addGeneration(workers, witness, systemClock);
    await workers.query(`INSERT INTO ${next.schema}.heads VALUES ('rebuilt', 0, 'h', 1)`);
    await admin.query("UPDATE runner.generations SET state = 'building' WHERE projection = 'witness'");
    await swap(1, next.generation);
    await inTransaction(analyst, async (reading) => {
      expect((await reading.query("SELECT * FROM witness_heads")).rows).toEqual([]);
      expect(await refreshAnalystViews(workers, PROJECTIONS)).toEqual(["witness_heads"]);
    });
    expect(await refreshAnalystViews(workers, PROJECTIONS)).toEqual([]);
    expect((await analyst.query("SELECT stream FROM witness_heads")).rows).toEqual([{ stream: "rebuilt" }]);
    await admin.query(
      "UPDATE runner.generations SET state = 'building' WHERE projection = 'witness' AND generation > 1",
    );
    await swap(next.generation, 1);
    expect(await refreshAnalystViews(workers, PROJECTIONS)).toEqual([]);
    await dropGeneration(workers, "witness", next.generation);
  });
});

describe("a login that may not make roles", () => {
  test("is told what to run by hand, and everything goes on without", async () => {
    await admin.query("CREATE ROLE managed LOGIN PASSWORD 'managed'");
    await admin.query("CREATE DATABASE managed OWNER managed");
    const url = new URL(as("managed", "managed"));
    url.pathname = "/managed";
    await migrate(url.href, MIGRATIONS);
    const other = { ...config, DATABASE_ROLE_PREFIX: "shop" };
    const outcome = await setUpRoles(other, url.href);
    expect(outcome).toMatchObject({ state: "unavailable" });
    const advice = roleAdvice(outcome, "shop");
    expect(advice).toContain("CREATE ROLE shop_owner NOLOGIN;");
    expect(advice).toContain('GRANT shop_owner TO "managed";');
    const pool = poolAs(url.href, "workers");
    expect((await pool.query("SELECT current_user AS role")).rows).toEqual([{ role: "managed" }]);
    for (const projection of PROJECTIONS) await ensureProjection(pool, projection, systemClock);

    // An administrator does as it says: from then on the roles are used.
    const maintenance = new URL(database.url);
    maintenance.pathname = "/managed";
    const byAdmin = poolAs(maintenance.href);
    for (const statement of outcome.state === "unavailable" ? outcome.byHand : []) await byAdmin.query(statement);
    expect(await setUpRoles(other, url.href)).toMatchObject({ state: "applied" });
    const later = poolAs(url.href, "workers");
    expect((await later.query("SELECT current_user AS role")).rows).toEqual([{ role: "shop_workers" }]);
    await expect(later.query("DELETE FROM timeline_g1.events")).rejects.toMatchObject(REFUSED);
    await later.query("INSERT INTO witness_g1.heads VALUES ('a', 0, 'h', 1)");
  });
});
