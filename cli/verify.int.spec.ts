import { Command } from "commander";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { systemClock } from "../infra/clock.ts";
import { type Engines, startEngines } from "../infra/consumers/testing/engines.ts";
import { createLog } from "../infra/log.ts";
import { buildUpTo } from "../projections/replay/build-generation.ts";
import { ensureProjection } from "../projections/runner/generations.ts";
import { witnessProjection } from "../projections/witness/projection.ts";
import { appendMixed, orderStreams } from "../test/fixtures/read-history.ts";
import { register } from "./verify.ts";

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

let out: string;
let err: string;
beforeEach(() => {
  [out, err] = ["", ""];
  process.exitCode = undefined;
  vi.stubEnv("DATABASE_URL", engines.databaseUrl);
  vi.stubEnv("EVENTSTORE_URL", engines.storeUrl);
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    out += String(text);
    return true;
  });
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    err += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  process.exitCode = undefined;
});

async function verify(...parts: string[]): Promise<number | string | undefined> {
  const program = new Command("ordertrail").exitOverride();
  register(program);
  await program.parseAsync(["node", "ordertrail", "verify", ...parts]);
  const code = process.exitCode ?? 0;
  process.exitCode = undefined;
  return code;
}

describe("ordertrail verify", () => {
  test("says in one line that everything is unchanged, and ends with 0", async () => {
    expect(await verify()).toBe(0);
    expect(out).toBe(
      `${events} events in ${streams.length} streams, unchanged since written; ${streams.length} streams compared with the witness\n`,
    );
    expect(err).not.toContain("\u001b");
  });

  test("proves one order", async () => {
    expect(await verify(orderId)).toBe(0);
    const last = (streams[0]?.length ?? 0) - 1;
    expect(out).toMatch(
      new RegExp(`^order-${orderId}: \\d+ events?, unchanged since written; witnessed to revision ${last}\n$`),
    );
  });

  test("prints the verdict as JSON when it is asked to", async () => {
    expect(await verify("--json")).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ verified: true, events, findings: [] });
    out = "";
    expect(await verify(orderId, "--json")).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ verified: true, stream: `order-${orderId}` });
  });

  test("names order, revision and reason of what it finds, and ends with 1", async () => {
    await engines.pool.query(`UPDATE ${schema}.heads SET revision = revision + 2 WHERE stream = $1`, [
      `order-${orderId}`,
    ]);
    const seen = (streams[0]?.length ?? 0) + 1;
    expect(await verify()).toBe(1);
    expect(out).toContain(`order ${orderId}, revision ${seen}: tail_missing: `);
    expect(out).toContain("1 finding: NOT as written");
    out = "";
    expect(await verify(orderId)).toBe(1);
    expect(out).toContain(`order ${orderId}, revision ${seen}: tail_missing: `);
    await engines.pool.query(`UPDATE ${schema}.heads SET revision = revision - 2 WHERE stream = $1`, [
      `order-${orderId}`,
    ]);
  });

  test("does not call an order verified that does not exist", async () => {
    expect(await verify("00000000-0000-4000-8000-000000000000")).toBe(1);
    expect(out).toContain("there is no such stream");
  });

  test("refuses what is no order's id", async () => {
    await expect(verify("nonsense")).rejects.toThrow('"nonsense" is not the id of an order');
  });
});
