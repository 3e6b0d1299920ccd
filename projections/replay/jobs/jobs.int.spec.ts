import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../../infra/clock.ts";
import { startFeed } from "../../../infra/consumers/feed.ts";
import { readPosition } from "../../../infra/consumers/fence.ts";
import { comparePlaces } from "../../../infra/consumers/position.ts";
import { startConsumer } from "../../../infra/consumers/run-consumer.ts";
import { type Engines, eventually, startEngines } from "../../../infra/consumers/testing/engines.ts";
import { storable } from "../../../infra/consumers/testing/events.ts";
import { createLog } from "../../../infra/log.ts";
import { followLive } from "../../runner/follow-live.ts";
import { listGenerations } from "../../runner/generation-states.ts";
import { dropGeneration, ensureProjection, findLive, liveSchemas } from "../../runner/generations.ts";
import { projectionConsumer } from "../../runner/projection-consumer.ts";
import { buildUpTo } from "../build-generation.ts";
import { startWithFirstBuild } from "../first-build.ts";
import { replayMigration } from "../migration.ts";
import { replayOverview } from "../overview.ts";
import { replaceOutdated } from "../replace-outdated.ts";
import { salesProjection } from "../testing-projection.ts";
import { freeJobsOf } from "./job-lease.ts";
import { runJobs } from "./job-runner.ts";
import { createJob, findJob, type NewJob, wantCancel } from "./job-table.ts";
import { rebuildKind } from "./rebuild-kind.ts";
import { runJob } from "./run-job.ts";
import { startJobProcess } from "./testing-job-process.ts";

const log = createLog("test", "silent");
const clock = systemClock;
const STREAMS = 100;
const EVENTS = 200;
let engines: Engines;
let ids = 0;

beforeAll(async () => {
  engines = await startEngines([replayMigration]);
  const { pool, store } = engines;
  for (let n = 0; n < STREAMS; n++) {
    const events = Array.from({ length: EVENTS }, () => storable("sale.begun", { site: `site-${n % 7}`, amount: 1 }));
    await store.append(`order-${n}`, events, "no_stream");
  }
  const live = await ensureProjection(pool, salesProjection, clock);
  const building = { projection: salesProjection, pool, store, log, clock, instance: "live" };
  await buildUpTo(building, live, await store.head());
});
afterAll(() => engines.stop());

async function newJob(more: Partial<NewJob> = {}) {
  const jobId = `00000000-0000-4000-8000-${String(++ids).padStart(12, "0")}`;
  const params = rebuildKind.parse(more.params ?? {});
  const job = { jobId, kind: "rebuild", projection: "sales", requestedBy: "test", takenBy: "command" as const };
  return await createJob(engines.pool, { ...job, ...more, params }, clock);
}

const options = (jobId: string) => {
  const { pool, store } = engines;
  const projections = [salesProjection];
  return { pool, store, log, clock, projections, kinds: [rebuildKind], jobId, owner: "test", leaseMs: 2_000 };
};

const placeOf = async (schema: string | undefined) => (await readPosition(engines.pool, schema ?? "")).place;

describe("a job", () => {
  test("is created once for a key, and another request under the same key is refused", async () => {
    const job = await newJob();
    const again = { ...job, takenBy: "command" as const };
    expect(await createJob(engines.pool, again, clock)).toEqual(job);
    const other = { ...again, projection: "others" };
    await expect(createJob(engines.pool, other, clock)).rejects.toMatchObject({ code: "idempotency_key_reused" });
    await wantCancel(engines.pool, job.jobId, clock);
    expect(await findJob(engines.pool, job.jobId)).toMatchObject({ state: "cancelled" });
    expect(await runJob(options(job.jobId))).toBeUndefined();
  });

  test("that is killed half-way goes on with what it had built", async () => {
    const { jobId } = await newJob();
    const { databaseUrl, storeUrl } = engines;
    const child = startJobProcess({ databaseUrl, storeUrl, jobId, owner: "child", dwellMs: 300 });
    const gone = once(child, "exit");
    const killedAt = await eventually(async () => {
      const place = await placeOf((await findJob(engines.pool, jobId))?.schema);
      if (place === undefined) throw new Error("nothing is built yet");
      return place;
    });
    child.kill("SIGKILL");
    await gone;
    const killed = await findJob(engines.pool, jobId);
    expect(killed?.state).toBe("building");
    expect(comparePlaces(killedAt, await engines.store.head())).toBeLessThan(0);
    await freeJobsOf(engines.pool, "child");
    const events: number[] = [];
    const done = await runJob({ ...options(jobId), onProgress: (progress) => events.push(progress.events) });
    expect(done).toMatchObject({ state: "ready", schema: killed?.schema, diff: { equal: true } });
    expect(events.length).toBeGreaterThan(0);
    const { rows } = await engines.pool.query(`SELECT sum(changes)::int AS n FROM ${done?.schema}.orders`);
    expect(rows[0].n).toBe(STREAMS * EVENTS);
    await dropGeneration(engines.pool, "sales", done?.generation ?? 0);
  });

  test("that is cancelled at work stops and drops what it has built", async () => {
    const { jobId } = await newJob();
    const { databaseUrl, storeUrl } = engines;
    const child = startJobProcess({ databaseUrl, storeUrl, jobId, owner: "child", dwellMs: 500 });
    const gone = once(child, "exit");
    await eventually(async () => expect(await placeOf((await findJob(engines.pool, jobId))?.schema)).toBeDefined());
    expect(await wantCancel(engines.pool, jobId, clock)).toBe(true);
    await gone;
    const job = await findJob(engines.pool, jobId);
    expect(job?.state).toBe("cancelled");
    const { rows } = await engines.pool.query("SELECT to_regnamespace($1) IS NULL AS gone", [job?.schema]);
    expect(rows[0].gone).toBe(true);
    expect(await wantCancel(engines.pool, jobId, clock)).toBe(false);
  });

  test("that kills its process again and again is given up, and says so", async () => {
    const stop = new AbortController();
    const { pool, databaseUrl, storeUrl } = engines;
    const { jobId } = await newJob({ takenBy: "workers" });
    await pool.query("UPDATE replay.jobs SET tries = 3 WHERE job_id = $1", [jobId]);
    const launch = (id: string, owner: string) =>
      startJobProcess({ databaseUrl, storeUrl, jobId: id, owner, deadly: true });
    const running = runJobs({ pool, log, launch, instance: "workers", everyMs: 50, signal: stop.signal });
    // The pauses between tries are its own affair; here they need not be waited for.
    await eventually(async () => {
      await pool.query("UPDATE replay.jobs SET lease_until = '-infinity' WHERE job_id = $1 AND owner IS NOT NULL", [
        jobId,
      ]);
      expect(await findJob(pool, jobId)).toMatchObject({
        state: "failed",
        message: expect.stringContaining("given up"),
      });
    }, 60_000);
    stop.abort();
    await running;
    const { generation } = (await findJob(pool, jobId)) ?? {};
    await dropGeneration(pool, "sales", generation ?? 0);
  });

  test("whose process hears nothing does not keep the others waiting: the process is killed", async () => {
    const stop = new AbortController();
    const { pool, databaseUrl, storeUrl } = engines;
    const { jobId } = await newJob({ takenBy: "workers" });
    const signals: (NodeJS.Signals | null)[] = [];
    const launch = (id: string, owner: string) => {
      if (signals.length > 0) return startJobProcess({ databaseUrl, storeUrl, jobId: id, owner });
      const deaf = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
      deaf.once("exit", (_code, signal) => signals.push(signal));
      return deaf;
    };
    const running = runJobs({
      pool,
      log,
      launch,
      instance: "workers",
      everyMs: 50,
      deafMs: 5_000,
      signal: stop.signal,
    });
    await eventually(async () => expect(await findJob(pool, jobId)).toMatchObject({ state: "ready" }), 60_000);
    expect(signals).toEqual(["SIGKILL"]);
    stop.abort();
    await running;
    await wantCancel(pool, jobId, clock);
    await runJob(options(jobId));
    expect(await findJob(pool, jobId)).toMatchObject({ state: "cancelled" });
  });
});

describe("a projection", () => {
  test("whose live generation another version has made is rebuilt and swapped in by the workers", async () => {
    const { pool, store, databaseUrl, storeUrl } = engines;
    const projection = { ...salesProjection, version: 2 };
    const schemas = liveSchemas(pool, [projection]);
    await expect(schemas.of("sales")).rejects.toMatchObject({
      code: "no_live_generation",
      message: "read model sales is being rebuilt in version 2",
    });
    const ending = new AbortController();
    const { signal } = ending;
    const feed = startFeed({ store, log });
    const launch = (jobId: string, owner: string) =>
      startJobProcess({ databaseUrl, storeUrl, jobId, owner, version: 2 });
    const jobs = runJobs({ pool, log, launch, instance: "workers", everyMs: 50, signal });
    const follower = followLive({
      pool,
      log,
      projections: [projection],
      everyMs: 100,
      signal,
      outdated: (one, live) => replaceOutdated({ pool, log, clock }, one, live),
      start: (one, generation, ended) =>
        startConsumer({
          consumer: projectionConsumer({ projection: one, generation }),
          pool,
          feed,
          leaseMs: 2_000,
          instance: "workers",
          log,
          clock,
          signal: ended,
        }),
    });
    await eventually(async () => expect(await schemas.of("sales")).toMatchObject({ version: 2, state: "live" }));
    const { position } = await store.append(
      "order-late",
      [storable("sale.begun", { site: "x", amount: 1 })],
      "no_stream",
    );
    await eventually(async () => {
      const { place } = await schemas.standing("sales");
      expect(comparePlaces(place, position)).toBeGreaterThanOrEqual(0);
    });
    ending.abort();
    await Promise.all([jobs, follower.done]);
    await feed.close();
    const states = (await listGenerations(pool)).map(({ state }) => state);
    expect(states.toSorted()).toEqual(["live", "previous"]);
  });

  test("that is new in the code is filled as fast as a rebuild before it runs live", async () => {
    const { pool, store } = engines;
    const projection = { ...salesProjection, name: "new_sales" };
    const generation = await ensureProjection(pool, projection, clock);
    const started: unknown[] = [];
    const stop = new AbortController();
    const building = { projection, pool, store, log, clock, instance: "workers", signal: stop.signal };
    const running = startWithFirstBuild(building, generation, () => {
      started.push(undefined);
      return { done: Promise.resolve(), status: () => running.status() };
    });
    await running.done;
    expect(started).toHaveLength(1);
    expect(await placeOf(generation.schema)).toEqual(await store.head());
    const { rows } = await pool.query("SELECT sum(changes)::int AS n FROM new_sales_g1.orders");
    expect(rows[0].n).toBe(STREAMS * EVENTS + 1);
  });

  test("that the code no longer has is listed with its generations, which can be dropped, the live one too", async () => {
    const { pool, store } = engines;
    const { projections } = await replayOverview({
      pool,
      store,
      clock,
      projections: [{ ...salesProjection, version: 2 }],
    });
    expect(projections.map(({ name, removed }) => ({ name, removed }))).toEqual([
      { name: "sales", removed: false },
      { name: "new_sales", removed: true },
    ]);
    expect(projections[0]).toMatchObject({
      version: 2,
      live: { version: 2, lagEvents: 0 },
      others: [{ state: "previous" }],
    });
    expect(projections[0]?.tables.map(({ name, key }) => ({ name, key }))).toEqual([
      { name: "orders", key: ["stream"] },
      { name: "sites", key: ["site"] },
    ]);
    await expect(dropGeneration(pool, "new_sales", 1)).rejects.toMatchObject({ code: "generation_state" });
    await dropGeneration(pool, "new_sales", 1, true);
    expect(await findLive(pool, "new_sales")).toBeUndefined();
  });
});
