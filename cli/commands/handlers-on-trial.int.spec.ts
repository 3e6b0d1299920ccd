import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../infra/clock.ts";
import { readConfig } from "../../infra/config.ts";
import { throwawayStore } from "../../infra/event-store/testing.ts";
import { createLog } from "../../infra/log.ts";
import { migrate } from "../../infra/postgres/migrations.ts";
import type { Part } from "../../infra/postgres/parts.ts";
import { createPool } from "../../infra/postgres/pool.ts";
import { throwawayPostgres } from "../../infra/postgres/testing.ts";
import { dropScratch, listScratches } from "../../projections/replay/questions/scratch.ts";
import { whatIf } from "../../projections/replay/questions/what-if.ts";
import { ensureProjection } from "../../projections/runner/generations.ts";
import { witnessProjection as witness } from "../../projections/witness/projection.ts";
import { setUpRoles } from "../database/database-roles.ts";
import { MIGRATIONS } from "../database/migrations.ts";

const pools: pg.Pool[] = [];
let database: Awaited<ReturnType<typeof throwawayPostgres>>;
let store: Awaited<ReturnType<typeof throwawayStore>>;
let folder: string;
let admin: pg.Pool;
let workers: pg.Pool;
let api: pg.Pool;

function poolAs(part?: Part): pg.Pool {
  const pool = createPool(database.url, { applicationName: "test", max: 2, ...(part && { part }) });
  pools.push(pool);
  return pool;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ordertrail-trial-"));
  database = await throwawayPostgres();
  store = await throwawayStore();
  await migrate(database.url, MIGRATIONS);
  expect(await setUpRoles(readConfig({}), database.url)).toMatchObject({ state: "applied" });
  [admin, workers, api] = [poolAs(), poolAs("workers"), poolAs("api")];
  await ensureProjection(workers, witness, systemClock);
});

afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.end()));
  await store?.stop();
  await database?.stop();
  await rm(folder, { recursive: true, force: true });
});

describe("another handler on trial, making its tables", () => {
  const real = new URL("../../projections/witness/projection.ts", import.meta.url).pathname;
  async function trying(create: string) {
    const file = join(folder, `creates-${crypto.randomUUID()}.ts`);
    await writeFile(
      file,
      `import { witnessProjection as real } from "${real}";
       export default { ...real, create: (schema) => real.create(schema) + ${JSON.stringify(create)} };`,
    );
    const log = createLog("test", "silent");
    const asked = { projection: witness, store: store.store, clock: systemClock, instance: "t", file };
    return await whatIf({ ...asked, pool: workers, log });
  }

  test.each([
    "; DROP TABLE witness_g1.heads",
    "; ALTER TABLE witness_g1.heads ADD COLUMN trace text",
    "; TRUNCATE witness_g1.heads",
    "; CREATE TABLE witness_g1.trace (id int)",
    "; CREATE SCHEMA trace",
    "; DELETE FROM runner.positions",
  ])("is refused: %s", async (statement) => {
    const before = await admin.query("SELECT attname FROM pg_attribute WHERE attrelid = 'witness_g1.heads'::regclass");
    const schemas = await listScratches(admin);
    await expect(trying(statement)).rejects.toMatchObject({
      code: "handler_file",
      message: expect.stringMatching(/cannot make its tables: (permission denied|must be owner)/),
    });
    const after = await admin.query("SELECT attname FROM pg_attribute WHERE attrelid = 'witness_g1.heads'::regclass");
    expect(after.rows).toEqual(before.rows);
    expect(await listScratches(admin)).toEqual(schemas);
  });

  test("makes them as its own role, and everybody reads them; it can make no more later, and they can be dropped", async () => {
    const { scratch, diff } = await trying("");
    expect(diff.equal).toBe(true);
    for (const pool of [workers, api]) {
      expect((await pool.query(`SELECT * FROM ${scratch.schema}.heads`)).rows).toEqual([]);
    }
    const { rows } = await admin.query(
      `SELECT tableowner, has_schema_privilege('ordertrail_scratch', schemaname, 'CREATE') AS more, reltuples
       FROM pg_tables JOIN pg_class ON oid = to_regclass(schemaname || '.' || tablename)
       WHERE schemaname = $1`,
      [scratch.schema],
    );
    expect(rows).toEqual([{ tableowner: "ordertrail_scratch", more: false, reltuples: 0 }]);
    await dropScratch(api, scratch.schema);
    expect((await listScratches(admin)).map(({ schema }) => schema)).not.toContain(scratch.schema);
  });
});

describe("another handler on trial", () => {
  test("is refused whatever it writes outside of its scratch schema", async () => {
    const file = join(folder, "writes-live.ts");
    const real = new URL("../../projections/witness/projection.ts", import.meta.url).pathname;
    await writeFile(
      file,
      `import { witnessProjection } from "${real}";
       export default { ...witnessProjection, handle: (batch, { tx }) =>
         tx.query("INSERT INTO witness_g1.heads VALUES ('trace', 0, 'h', 1)") };`,
    );
    for (let n = 0; n < 30; n++) {
      const id = crypto.randomUUID();
      await store.store.append(
        `order-${id}`,
        [{ id, type: "x", data: {}, metadata: { v: 1, hash: "h" } }],
        "no_stream",
      );
    }
    const asked = { projection: witness, pool: admin, store: store.store, clock: systemClock, instance: "t", file };
    await expect(whatIf({ ...asked, log: createLog("test", "silent") })).rejects.toThrow(/permission denied/);
    expect((await admin.query("SELECT * FROM witness_g1.heads")).rows).toEqual([]);
  });
});
