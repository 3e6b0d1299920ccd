import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { systemClock } from "../../infra/clock.ts";
import { readConfig } from "../../infra/config.ts";
import { type Engines, startEngines } from "../../infra/consumers/testing/engines.ts";
import { createLog } from "../../infra/log.ts";
import { PROJECTIONS } from "../../projections/read-models.ts";
import { buildUpTo } from "../../projections/replay/build-generation.ts";
import type { Job } from "../../projections/replay/jobs/job.ts";
import { giveBack, takeJob } from "../../projections/replay/jobs/job-lease.ts";
import { createJob } from "../../projections/replay/jobs/job-table.ts";
import { rebuildKind } from "../../projections/replay/jobs/rebuild-kind.ts";
import { ensureProjection, findLive } from "../../projections/runner/generations.ts";
import type { Projection } from "../../projections/runner/projection.ts";
import { timelineProjection } from "../../projections/timeline/projection.ts";
import { witnessProjection } from "../../projections/witness/projection.ts";
import { appendMixed, orderStreams } from "../../test/fixtures/read-history.ts";
import { setUpRoles } from "../database/database-roles.ts";
import { MIGRATIONS } from "../database/migrations.ts";
import { withEngines } from "../replay/engines.ts";
import { type Ran, runHere } from "../testing-command.ts";

const streams = orderStreams(6, 9);
const events = streams.reduce((sum, stream) => sum + stream.length, 0);
let engines: Engines;

beforeAll(async () => {
  engines = await startEngines(MIGRATIONS.filter(({ name }) => !name.endsWith("-runner")));
  // As "ordertrail up" has it: what the command may do is what the workers may.
  expect(await setUpRoles(readConfig({}), engines.databaseUrl)).toMatchObject({ state: "applied" });
  await appendMixed(engines.store, streams, 1);
  await startLive(witnessProjection);
});
afterAll(() => engines?.stop());

/** Makes the first generation of a projection, built up to the head of the log. */
async function startLive(projection: Projection): Promise<void> {
  const generation = await ensureProjection(engines.pool, projection, systemClock);
  const log = createLog("test", "silent");
  const options = { projection, ...engines, log, clock: systemClock, instance: "test" };
  await buildUpTo(options, generation, await engines.store.head());
}

const ran = (...args: string[]): Promise<Ran> =>
  runHere({ DATABASE_URL: engines.databaseUrl, EVENTSTORE_URL: engines.storeUrl, LEASE_MS: "1500" }, [
    "replay",
    ...args,
  ]);

const replay = async (...args: string[]): Promise<string> => (await ran(...args)).out;

const live = async () => (await findLive(engines.pool, "witness"))?.epoch;

test("replay builds and compares, waits for a word, goes on with the same job, and swaps it in", async () => {
  const { code, out: built } = await ran("witness", "--no-swap");
  expect(built).toMatch(/heads +\d+ +\d+ +0 +0 +0\n/);
  expect(built).toContain("Equal, row by row, at position");
  expect(built).toContain("witness_g2 is ready and not swapped in");
  expect(code).toBe(0);
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
  const { code, out: stopped } = await ran("witness", "--yes");
  expect(stopped).toContain("only in the rebuilt one");
  expect(stopped).toMatch(/STOPPED: .* of the rows differ, more than the 1 % that were allowed/);
  expect(code).toBe(1);
  expect(await live()).toBe("witness:1");
  expect(await ran("witness", "--yes", "--accept-diff")).toMatchObject({ code: 0 });
  expect(await live()).toBe("witness:3");
});

test("replay works with the rights of the workers, to whom what is insert-only is so", async () => {
  await startLive(timelineProjection);
  vi.stubEnv("DATABASE_URL", engines.databaseUrl);
  vi.stubEnv("EVENTSTORE_URL", engines.storeUrl);
  const deleting = withEngines(({ pool }) => pool.query("DELETE FROM timeline_g1.events"), { forPeople: true });
  await expect(deleting).rejects.toThrow("permission denied");
  vi.unstubAllEnvs();
});

test("replay says what is wrong with what it was asked", async () => {
  await expect(replay("nothing")).rejects.toThrow('there is no projection "nothing"; there are: orders');
  await expect(replay("witness", "--stop-share", "200%")).rejects.toThrow("a share such as 5%");
  await expect(replay("--drop", "1")).rejects.toThrow("--drop needs the name of a projection");
  const { code, out } = await ran("orders", "--json");
  const [{ job }] = JSON.parse(out);
  expect(job).toMatchObject({ state: "failed", message: "orders has never been started" });
  expect(code).toBe(1);
});

test("replay --all rebuilds what has been started, and says of the rest that it has not", async () => {
  const outcomes: { job: Job; diff: { equal: boolean } | undefined }[] = JSON.parse(
    await replay("--all", "--yes", "--json"),
  );
  const of = (name: string) => outcomes.find(({ job }) => job.projection === name);
  for (const name of ["witness", "timeline"]) {
    expect(of(name)).toMatchObject({ job: { state: "done" }, diff: { equal: true } });
    expect(of(name)?.job.message).toMatch(/checksums were equal$/);
  }
  const failed = outcomes.filter(({ job }) => job.state !== "done").map(({ job }) => job);
  expect(failed.map(({ projection }) => projection)).toEqual(
    PROJECTIONS.map(({ name }) => name).filter((name) => !["witness", "timeline"].includes(name)),
  );
  expect(new Set(failed.map(({ message }) => message?.replace(/^\S+/, "it")))).toEqual(
    new Set(["it has never been started"]),
  );
  const building = await engines.pool.query("SELECT FROM runner.generations WHERE state = 'building'");
  expect(building.rowCount).toBe(0);
});

test("replay --all leaves out what another process has in work, and waits for one that was killed", async () => {
  const { pool } = engines;
  const held = async (projection: string, leaseMs: number) => {
    const jobId = randomUUID();
    const params = rebuildKind.parse({});
    const asked = { jobId, kind: "rebuild", projection, params, requestedBy: "test", takenBy: "workers" } as const;
    await createJob(pool, asked, systemClock);
    return await takeJob(pool, { jobId, owner: "another", leaseMs });
  };
  const working = await held("witness", 600_000);
  await held("timeline", 300);
  const { code, out, err } = await ran("--all", "--yes");
  expect(err).toContain("witness is in work in another process: left out of the common build.");
  expect(err).not.toContain("timeline is in work");
  expect(out).toMatch(/witness: job \S+ of witness is in work in another process/);
  expect(out).toMatch(/timeline: swapped in at .*checksums were equal/);
  expect(code).toBe(1);
  if (working) await giveBack(pool, working, { retry: false });
});
