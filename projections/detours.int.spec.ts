import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../infra/clock.ts";
import { type Engines, startEngines } from "../infra/consumers/testing/engines.ts";
import { createLog } from "../infra/log.ts";
import { appendMixed, orderDetours } from "../test/fixtures/read-history.ts";
import { PROJECTIONS } from "./read-models.ts";
import { rebuild } from "./replay/rebuild.ts";
import { ensureProjection } from "./runner/generations.ts";
import type { Projection } from "./runner/projection.ts";

const log = createLog("test", "silent");
let engines: Engines;

beforeAll(async () => {
  engines = await startEngines();
  await appendMixed(engines.store, orderDetours(), 3);
});
afterAll(() => engines?.stop());

/** Every row that a rebuild in batches of this size makes, as text, by table. */
async function rowsIn(projection: Projection, batchSize: number): Promise<Readonly<Record<string, readonly string[]>>> {
  const options = { projection, batchSize, ...engines, log, clock: systemClock, instance: "rebuilder" };
  const { generation } = await rebuild(options);
  const tables = projection.tables.map(async (table) => {
    const { rows } = await engines.pool.query<{ row: string }>(
      `SELECT t::text AS row FROM ${generation.schema}.${table} t ORDER BY 1`,
    );
    return [table, rows.map(({ row }) => row)] as const;
  });
  return Object.fromEntries(await Promise.all(tables));
}

test.each(PROJECTIONS.map((projection) => [projection.name, projection] as const))(
  "%s: an order that another site takes over, or that changes its lines, has one row however its events were cut into batches",
  async (_, projection) => {
    await ensureProjection(engines.pool, projection, systemClock);
    const event = await rowsIn(projection, 1);
    expect(await rowsIn(projection, 500)).toEqual(event);
    expect(await rowsIn(projection, 7)).toEqual(event);
  },
);
