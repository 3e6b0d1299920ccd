import type { Pool } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createPool } from "../infra/postgres/pool.ts";
import { throwawayPostgres } from "../infra/postgres/testing.ts";
import { type Column, relation } from "./relation.ts";

let postgres: Awaited<ReturnType<typeof throwawayPostgres>>;
let pool: Pool;

beforeAll(async () => {
  postgres = await throwawayPostgres();
  pool = createPool(postgres.url, { applicationName: "test" });
});
afterAll(async () => {
  await pool.end();
  await postgres.stop();
});

/** What the database makes of one column. */
async function through(type: string, values: readonly (string | null)[]): Promise<unknown[]> {
  const columns: Column[] = [{ name: "value", type, values }];
  const { from, parameters } = relation(columns);
  const { rows } = await pool.query<{ value: unknown }>(`SELECT value::text AS value FROM ${from}`, parameters);
  return rows.map(({ value }) => value);
}

test.each([
  ["a single empty text", [""]],
  ["empty texts", ["", ""]],
  ["a single null", [null]],
  ["nulls between texts", [null, "a", null]],
  ["texts that look like null, an array or SQL", ["NULL", "null", "{}", "{a,b}", 'a","b', "\\", "'; --", "a\nb", "ü"]],
  ["what sets texts apart", ["a\u001eb", "", null]],
  ["what stands for null", ["\u001f", null, "\u001fa"]],
])("texts arrive as they were given: %s", async (_, values) => {
  expect(await through("text", values)).toEqual(values);
});

test.each([
  ["uuid", ["0b1e9f64-5a3c-4f0e-9d3a-111111111111", null]],
  ["bigint", ["-1", "9223372036854775807", null]],
  ["boolean", ["true", null]],
  ["json", ['{"a":"\\u001e"}', '["\\\\",{"b":null}]', '"}"', "null", null, '{"a":"\\u001f"}']],
  ["json", [null]],
])("values of type %s arrive as they were given", async (type, values) => {
  expect(await through(type, values)).toEqual(values);
});

test("times keep their milliseconds", async () => {
  expect(await through("timestamptz", ["2026-11-21T08:00:00.123Z", "infinity", "2026-11-21 08:00:00+00"])).toEqual([
    "2026-11-21 08:00:00.123+00",
    "infinity",
    "2026-11-21 08:00:00+00",
  ]);
});

test("a value that would begin a further element is refused, not split", async () => {
  await expect(through("uuid", ["0b1e9f64-5a3c-4f0e-9d3a-111111111111,NULL"])).rejects.toThrow("invalid input syntax");
  await expect(through("bigint", ["1,2"])).rejects.toThrow("invalid input syntax");
});
