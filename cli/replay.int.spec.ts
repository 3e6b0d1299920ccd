import { Command } from "commander";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { systemClock } from "../infra/clock.ts";
import { type Engines, startEngines } from "../infra/consumers/testing/engines.ts";
import { createLog } from "../infra/log.ts";
import { buildUpTo } from "../projections/replay/build-generation.ts";
import { ensureProjection, findLive } from "../projections/runner/generations.ts";
import { witnessProjection } from "../projections/witness/projection.ts";
import { appendMixed, orderStreams } from "../test/fixtures/read-history.ts";
import { MIGRATIONS } from "./migrations.ts";
import { register } from "./replay.ts";

const streams = orderStreams(6, 9);
const events = streams.reduce((sum, stream) => sum + stream.length, 0);
let engines: Engines;
let out: string;

beforeAll(async () => {
  engines = await startEngines(MIGRATIONS.filter(({ name }) => !name.endsWith("-runner")));
  await appendMixed(engines.store, streams, 1);
  const generation = await ensureProjection(engines.pool, witnessProjection, systemClock);
  const log = createLog("test", "silent");
  const options = { projection: witnessProjection, ...engines, log, clock: systemClock, instance: "test" };
  await buildUpTo(options, generation, await engines.store.head());
});
afterAll(() => engines?.stop());

beforeEach(() => {
  out = "";
  process.exitCode = undefined;
  vi.stubEnv("DATABASE_URL", engines.databaseUrl);
  vi.stubEnv("EVENTSTORE_URL", engines.storeUrl);
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    out += String(text);
    return true;
  });
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  process.exitCode = undefined;
});

async function replay(...args: string[]): Promise<string> {
  out = "";
  const program = new Command().exitOverride();
  register(program);
  await program.parseAsync(["node", "ordertrail", "replay", ...args]);
  return out;
}

const live = async () => (await findLive(engines.pool, "witness"))?.epoch;

test("replay builds and compares, waits for a word, goes on with the same job, and swaps it in", async () => {
  const built = await replay("witness", "--no-swap");
  expect(built).toMatch(/heads +\d+ +\d+ +0 +0 +0\n/);
  expect(built).toContain("Equal, row by row, at position");
  expect(built).toContain("witness_g2 is ready and not swapped in");
  expect(process.exitCode).toBeUndefined();
  expect(await live()).toBe("witness:1");
  // Without a terminal nobody can agree.
  await replay("witness");
  expect(await live()).toBe("witness:1");
  const [{ job, diff }] = JSON.parse(await replay("witness", "--yes", "--json"));
  expect(job).toMatchObject({ state: "done", generation: 2, progress: { events } });
  expect(job.message).toMatch(/in place of witness_g1.*checksums were equal$/);
  expect(diff).toMatchObject({ equal: true, share: 0 });
  expect(await live()).toBe("witness:2");
});

test("replay --back swaps the one before in again, and what is not live can be dropped", async () => {
  expect(await replay("witness", "--back", "--yes")).toContain("in place of witness_g2");
  expect(await live()).toBe("witness:1");
  expect(await replay()).toMatch(/witness:1 +live .*\nwitness:2 +previous /);
  await expect(replay("witness", "--drop", "1")).rejects.toThrow("is live");
  expect(await replay("witness", "--drop", "2")).toBe("witness:2 is dropped.\n");
  const listed = JSON.parse(await replay("--list", "--json"));
  const witness = listed.projections.find(({ name }: { name: string }) => name === "witness");
  expect(witness).toMatchObject({ live: { generation: 1, lagEvents: 0 }, others: [] });
  await expect(replay("witness", "--back", "--yes")).rejects.toThrow("no earlier generation");
});

test("replay stops where too much differs, exits with a failure, and swaps only when that is accepted", async () => {
  await engines.pool.query("DELETE FROM witness_g1.heads WHERE stream = (SELECT min(stream) FROM witness_g1.heads)");
  const stopped = await replay("witness", "--yes");
  expect(stopped).toContain("only in the rebuilt one");
  expect(stopped).toMatch(/STOPPED: .* of the rows differ, more than the 1 % that were allowed/);
  expect(process.exitCode).toBe(1);
  expect(await live()).toBe("witness:1");
  process.exitCode = undefined;
  await replay("witness", "--yes", "--accept-diff");
  expect(await live()).toBe("witness:3");
  expect(process.exitCode).toBeUndefined();
});

test("replay says what is wrong with what it was asked", async () => {
  await expect(replay("nothing")).rejects.toThrow('there is no projection "nothing"; there are: orders');
  await expect(replay("witness", "--stop-share", "200%")).rejects.toThrow("a share such as 5%");
  await expect(replay("--drop", "1")).rejects.toThrow("--drop needs the name of a projection");
  const [{ job }] = JSON.parse(await replay("orders", "--json"));
  expect(job).toMatchObject({ state: "failed", message: "orders has never been started" });
  expect(process.exitCode).toBe(1);
});
