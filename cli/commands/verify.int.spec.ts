import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../infra/clock.ts";
import { type Engines, startEngines } from "../../infra/consumers/testing/engines.ts";
import { createLog } from "../../infra/log.ts";
import { buildUpTo } from "../../projections/replay/build-generation.ts";
import { ensureProjection } from "../../projections/runner/generations.ts";
import { witnessProjection } from "../../projections/witness/projection.ts";
import { appendMixed, orderStreams } from "../../test/fixtures/read-history.ts";
import { type Ran, runHere } from "../testing-command.ts";

const streams = orderStreams(6, 9);
const events = streams.reduce((sum, stream) => sum + stream.length, 0);
const orderId = streams[0]?.[0]?.stream.slice("order-".length) ?? "";

let engines: Engines;
let schema: string;

beforeAll(async () => {
  engines = await startEngines();
  await appendMixed(engines.store, streams, 1);
  const generation = await ensureProjection(engines.pool, witnessProjection, systemClock);
  schema = generation.schema;
  const log = createLog("test", "silent");
  const options = { projection: witnessProjection, ...engines, log, clock: systemClock, instance: "test" };
  await buildUpTo(options, generation, await engines.store.head());
});
afterAll(() => engines?.stop());

const verify = (...parts: string[]): Promise<Ran> =>
  runHere({ DATABASE_URL: engines.databaseUrl, EVENTSTORE_URL: engines.storeUrl }, ["verify", ...parts]);

describe("ordertrail verify", () => {
  test("says in one line that everything is unchanged, and ends with 0", async () => {
    const { code, out, err } = await verify();
    expect(code).toBe(0);
    expect(out).toBe(
      `${events} events in ${streams.length} streams, unchanged since written; ${streams.length} streams compared with the witness\n`,
    );
    expect(err).not.toContain("\u001b");
  });

  test("proves one order", async () => {
    const { code, out } = await verify(orderId);
    expect(code).toBe(0);
    const last = (streams[0]?.length ?? 0) - 1;
    expect(out).toMatch(
      new RegExp(`^order-${orderId}: \\d+ events?, unchanged since written; witnessed to revision ${last}\n$`),
    );
  });

  test("prints the verdict as JSON when it is asked to", async () => {
    const all = await verify("--json");
    expect(all.code).toBe(0);
    expect(JSON.parse(all.out)).toMatchObject({ verified: true, events, findings: [] });
    const one = await verify(orderId, "--json");
    expect(one.code).toBe(0);
    expect(JSON.parse(one.out)).toMatchObject({ verified: true, stream: `order-${orderId}` });
  });

  test("names order, revision and reason of what it finds, and ends with 1", async () => {
    await engines.pool.query(`UPDATE ${schema}.heads SET revision = revision + 2 WHERE stream = $1`, [
      `order-${orderId}`,
    ]);
    const seen = (streams[0]?.length ?? 0) + 1;
    const all = await verify();
    expect(all.code).toBe(1);
    expect(all.out).toContain(`order ${orderId}, revision ${seen}: tail_missing: `);
    expect(all.out).toContain("1 finding: NOT as written");
    const one = await verify(orderId);
    expect(one.code).toBe(1);
    expect(one.out).toContain(`order ${orderId}, revision ${seen}: tail_missing: `);
    await engines.pool.query(`UPDATE ${schema}.heads SET revision = revision - 2 WHERE stream = $1`, [
      `order-${orderId}`,
    ]);
  });

  test("does not call an order verified that does not exist", async () => {
    const { code, out } = await verify("00000000-0000-4000-8000-000000000000");
    expect(code).toBe(1);
    expect(out).toContain("there is no such stream");
  });

  test("refuses what is no order's id", async () => {
    await expect(verify("nonsense")).rejects.toThrow('"nonsense" is not the id of an order');
  });
});
