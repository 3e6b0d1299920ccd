import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../../infra/clock.ts";
import { type Engines, startEngines } from "../../../infra/consumers/testing/engines.ts";
import { createLog } from "../../../infra/log.ts";
import { appendMixed, ledgerStreams, masterData, orderStreams } from "../../../test/fixtures/read-history.ts";
import { PROJECTIONS } from "../../read-models.ts";
import { ensureProjection, type Generation } from "../../runner/generations.ts";
import { buildUpTo } from "../build-generation.ts";
import { shapeOf } from "../table-shape.ts";
import { explain } from "./explain.ts";

const log = createLog("test", "silent");
const ROWS = 2;

let engines: Engines;
const generations = new Map<string, Generation>();

beforeAll(async () => {
  engines = await startEngines();
  const { pool, store } = engines;
  await appendMixed(store, [...masterData(), ...ledgerStreams("bakery-mitte", 5, 40), ...orderStreams(12, 11)], 3);
  for (const projection of PROJECTIONS) {
    const live = await ensureProjection(pool, projection, systemClock);
    generations.set(projection.name, live);
    await buildUpTo({ projection, pool, store, log, clock: systemClock, instance: "live" }, live, await store.head());
  }
});

afterAll(() => engines?.stop());

describe.each(PROJECTIONS.map((projection) => [projection.name, projection] as const))(
  "the read model %s",
  (name, projection) => {
    test.each(projection.tables)("names every stream behind the rows of %s", async (table) => {
      const { pool, store } = engines;
      const live = generations.get(name);
      if (live === undefined) throw new Error(`${name} was not built`);
      const { key: columns } = await shapeOf(pool, live.schema, table);
      const names = columns.map((column) => `"${column.name}"::text`);
      const { rows } = await pool.query<Record<string, string>>(
        `SELECT ${names.join(", ")} FROM ${live.schema}."${table}" ORDER BY hashtext(ROW(${names.join(", ")})::text) LIMIT ${ROWS}`,
      );
      for (const key of rows) {
        const told = await explain({ pool, store, projection, live, table, key });
        expect({ key, complete: told.complete, truncated: told.truncated }).toEqual({
          key,
          complete: true,
          truncated: false,
        });
        expect(told.events.some(({ changes }) => Object.keys(changes).length > 0)).toBe(true);
      }
    });
  },
);
