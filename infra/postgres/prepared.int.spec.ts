import type { Pool, PoolClient } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { createPool } from "./pool.ts";
import { preparing } from "./prepared.ts";
import { throwawayPostgres } from "./testing.ts";
import { isDatabaseTrouble } from "./trouble.ts";

let postgres: Awaited<ReturnType<typeof throwawayPostgres>>;
let pool: Pool;
let client: PoolClient;

beforeAll(async () => {
  postgres = await throwawayPostgres();
  pool = createPool(postgres.url, { applicationName: "test" });
  await pool.query("CREATE TABLE notes (id int PRIMARY KEY, text text)");
});
afterAll(async () => {
  await pool.end();
  await postgres.stop();
});
beforeEach(async () => {
  client = await pool.connect();
});
afterEach(() => client.release(true));

const kept = async () => (await client.query("SELECT statement FROM pg_prepared_statements")).rows.length;

test("a statement with parameters is kept once, however often it is used", async () => {
  const db = preparing(client);
  for (const id of [1, 2, 3]) await db.query("INSERT INTO notes VALUES ($1, $2)", [id, `note ${id}`]);
  const { rows } = await db.query("SELECT text FROM notes WHERE id = $1", [2]);
  expect(rows).toEqual([{ text: "note 2" }]);
  await db.query("SELECT 1");
  expect(await kept()).toBe(2);
});

test("a table that has changed fails a kept statement once, as trouble of the database, and then no more", async () => {
  const db = preparing(client);
  const ask = () => db.query("SELECT * FROM notes WHERE id = $1", [1]);
  await ask();
  await pool.query("ALTER TABLE notes ADD COLUMN written_at timestamptz");
  await expect(ask()).rejects.toSatisfy(isDatabaseTrouble);
  expect((await ask()).rows).toEqual([{ id: 1, text: "note 1", written_at: null }]);
});

test("an error of a kept statement is the server's own, and it can be used again", async () => {
  const db = preparing(client);
  const add = (id: number) => db.query("INSERT INTO notes (id) VALUES ($1)", [id]);
  await expect(add(1)).rejects.toMatchObject({ code: "23505" });
  await expect(add(9)).resolves.toMatchObject({ rowCount: 1 });
});
