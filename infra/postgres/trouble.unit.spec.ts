import { connect, createServer } from "node:net";
import pg from "pg";
import { expect, test } from "vitest";
import { freePort } from "../supervisor/ports.ts";
import { tagConnectionError } from "./connection-errors.ts";
import { createPool } from "./pool.ts";
import { isDatabaseTrouble } from "./trouble.ts";

function serverError(code: string): pg.DatabaseError {
  const error = new pg.DatabaseError(`error ${code}`, 64, "error");
  error.code = code;
  return error;
}

test.each([
  ["serialization failure", "40001"],
  ["deadlock", "40P01"],
  ["connection failure", "08006"],
  ["too many connections", "53300"],
  ["disk full", "53100"],
  ["out of memory", "53200"],
  ["statement timeout", "57014"],
  ["administrator's shutdown", "57P01"],
  ["crash of another backend", "57P02"],
  ["still starting up", "57P03"],
  ["lock timeout", "55P03"],
  ["idle in transaction", "25P03"],
  ["a standby, read only", "25006"],
  ["read error on a file", "58030"],
  ["a missing table: the schema is behind", "42P01"],
  ["corrupted data", "XX001"],
])("%s (%s) is the database's trouble", (_what, code) => expect(isDatabaseTrouble(serverError(code))).toBe(true));

test.each([
  ["unique violation", "23505"],
  ["foreign key violation", "23503"],
  ["missing value", "23502"],
  ["text that is no number", "22P02"],
  ["number out of range", "22003"],
  ["a character that cannot be stored", "22021"],
  ["one row changed twice by one statement", "21000"],
  ["a row too large for its index", "54000"],
  ["raised on purpose", "P0001"],
])("%s (%s) is the data's fault", (_what, code) => expect(isDatabaseTrouble(serverError(code))).toBe(false));

test("what a handler throws is the data's fault, whatever its words", () => {
  expect(isDatabaseTrouble(new Error("Connection terminated unexpectedly"))).toBe(false);
  expect(isDatabaseTrouble(new TypeError("cannot read properties of undefined"))).toBe(false);
  expect(isDatabaseTrouble("57P01")).toBe(false);
  expect(isDatabaseTrouble(undefined)).toBe(false);
});

test("an error that wraps the database's counts as the database's", () => {
  expect(isDatabaseTrouble(new Error("batch failed", { cause: serverError("40001") }))).toBe(true);
  expect(isDatabaseTrouble(new Error("batch failed", { cause: serverError("23505") }))).toBe(false);
});

test("a circle of causes ends", () => {
  const error = new Error("a");
  error.cause = new Error("b", { cause: error });
  expect(isDatabaseTrouble(error)).toBe(false);
});

test("an answer of the server is never marked as an error of the connection", () => {
  expect(isDatabaseTrouble(tagConnectionError(serverError("23505")))).toBe(false);
});

test("a refused connection", async () => {
  const pool = createPool(`postgresql://nobody@127.0.0.1:${await freePort()}/none`, { applicationName: "test" });
  const error = await pool.query("SELECT 1").catch((fault: unknown) => fault);
  await pool.end();
  expect(error).toMatchObject({ code: "ECONNREFUSED" });
  expect(isDatabaseTrouble(error)).toBe(true);
});

test("a socket error without the pool", async () => {
  const socket = connect(await freePort(), "127.0.0.1");
  const error = await new Promise((resolve) => socket.once("error", resolve));
  expect(isDatabaseTrouble(error)).toBe(true);
});

test.each([
  ["query", (pool: pg.Pool) => pool.query("SELECT 1")],
  ["connect", (pool: pg.Pool) => pool.connect()],
])("a server that takes the connection and never answers: %s", async (_what, ask) => {
  const server = createServer((socket) => socket.on("error", () => undefined));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  const pool = createPool(
    { DATABASE_URL: `postgresql://nobody@127.0.0.1:${port}/none`, DATABASE_TIMEOUT_MS: 200, DATABASE_POOL: 2 },
    { applicationName: "test" },
  );
  const error = await ask(pool).catch((fault: unknown) => fault);
  await pool.end();
  server.close();
  expect(error).toBeInstanceOf(Error);
  expect(isDatabaseTrouble(error)).toBe(true);
});
