import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createPool, inTransaction } from "./pool.ts";
import { throwawayPostgres } from "./testing.ts";
import { isDatabaseTrouble } from "./trouble.ts";

let server: Awaited<ReturnType<typeof throwawayPostgres>>;
let pool: pg.Pool;

beforeAll(async () => {
  server = await throwawayPostgres();
  pool = createPool(
    { DATABASE_URL: server.url, DATABASE_TIMEOUT_MS: 2_000, DATABASE_POOL: 4 },
    { applicationName: "pool test" },
  );
  await pool.query("CREATE TABLE item (id int PRIMARY KEY, amount int NOT NULL)");
  await pool.query("INSERT INTO item VALUES (1, 1), (2, 2)");
});

afterAll(async () => {
  await pool.end();
  await server.stop();
});

const fault = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => "no error",
    (error: unknown) => error,
  );

const backendOf = async (client: pg.PoolClient): Promise<number> =>
  (await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid")).rows[0]?.pid ?? 0;

test("every connection has its bounds", async () => {
  const { rows } = await pool.query(
    "SELECT name, setting FROM pg_settings WHERE name IN ('statement_timeout', 'idle_in_transaction_session_timeout', 'application_name')",
  );
  expect(Object.fromEntries(rows.map((row) => [row.name, row.setting]))).toEqual({
    application_name: "pool test",
    statement_timeout: "2000",
    idle_in_transaction_session_timeout: "4000",
  });
});

test("a transaction that throws leaves nothing, and its connection is used again", async () => {
  const before = pool.totalCount;
  const error = await fault(
    inTransaction(pool, async (client) => {
      await client.query("UPDATE item SET amount = 100 WHERE id = 1");
      throw new Error("the handler's own");
    }),
  );
  expect(error).toMatchObject({ message: "the handler's own" });
  expect((await pool.query("SELECT amount FROM item WHERE id = 1")).rows).toEqual([{ amount: 1 }]);
  expect(pool.totalCount).toBe(before);
});

test("a constraint is told from trouble", async () => {
  const error = await fault(inTransaction(pool, (client) => client.query("INSERT INTO item VALUES (1, 1)")));
  expect(error).toBeInstanceOf(pg.DatabaseError);
  expect(error).toMatchObject({ code: "23505" });
  expect(isDatabaseTrouble(error)).toBe(false);
});

test("a value that does not fit is told from trouble", async () => {
  const error = await fault(pool.query("SELECT $1::int", ["many"]));
  expect(error).toMatchObject({ code: "22P02" });
  expect(isDatabaseTrouble(error)).toBe(false);
});

test("a statement that takes too long", async () => {
  const error = await fault(pool.query("SELECT pg_sleep(60)"));
  expect(error).toMatchObject({ code: "57014" });
  expect(isDatabaseTrouble(error)).toBe(true);
});

test("a statement whose answer does not come is given up by the client", async () => {
  const deaf = createPool(
    { DATABASE_URL: server.url, DATABASE_TIMEOUT_MS: 500, DATABASE_POOL: 1 },
    { applicationName: "deaf" },
  );
  const client = await deaf.connect();
  await client.query("SET statement_timeout = 0");
  const error = await fault(client.query("SELECT pg_sleep(60)"));
  client.release(true);
  await deaf.end();
  expect(error).not.toBeInstanceOf(pg.DatabaseError);
  expect(isDatabaseTrouble(error)).toBe(true);
});

test("a connection cut in a transaction is trouble, is not used again, and the next transaction works", async () => {
  let backend = 0;
  const error = await fault(
    inTransaction(pool, async (client) => {
      backend = await backendOf(client);
      await client.query("UPDATE item SET amount = 100 WHERE id = 2");
      await pool.query("SELECT pg_terminate_backend($1)", [backend]);
      await client.query("SELECT 1");
    }),
  );
  expect(isDatabaseTrouble(error)).toBe(true);
  const next = await inTransaction(pool, async (client) => ({
    backend: await backendOf(client),
    rows: (await client.query("SELECT amount FROM item WHERE id = 2")).rows,
  }));
  expect(next.backend).not.toBe(backend);
  expect(next.rows).toEqual([{ amount: 2 }]);
});

test("an idle connection that is cut does not end the process", async () => {
  const idle = createPool(server.url, { applicationName: "idle", max: 1 });
  await idle.query("SELECT 1");
  const removed = new Promise((resolve) => idle.once("remove", resolve));
  await pool.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'idle'");
  await removed;
  expect((await idle.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
  await idle.end();
});

test("a deadlock", async () => {
  const meet = Promise.withResolvers<void>();
  let waiting = 0;
  const cross = (first: number, second: number) =>
    inTransaction(pool, async (client) => {
      await client.query("UPDATE item SET amount = amount WHERE id = $1", [first]);
      if (++waiting === 2) meet.resolve();
      await meet.promise;
      await client.query("UPDATE item SET amount = amount WHERE id = $1", [second]);
    });
  const outcomes = await Promise.allSettled([cross(1, 2), cross(2, 1)]);
  const lost = outcomes.find((outcome) => outcome.status === "rejected");
  expect(lost?.reason).toMatchObject({ code: "40P01" });
  expect(isDatabaseTrouble(lost?.reason)).toBe(true);
});

test("two serializable transactions that cannot both be", async () => {
  const read = async (client: pg.PoolClient) => {
    await client.query("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE");
    await client.query("SELECT sum(amount) FROM item");
  };
  const error = await fault(
    inTransaction(pool, async (one) => {
      await read(one);
      await inTransaction(pool, async (two) => {
        await read(two);
        await two.query("UPDATE item SET amount = amount WHERE id = 1");
      });
      await one.query("UPDATE item SET amount = amount WHERE id = 1");
    }),
  );
  expect(error).toMatchObject({ code: "40001" });
  expect(isDatabaseTrouble(error)).toBe(true);
});
