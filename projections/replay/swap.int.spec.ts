import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../infra/clock.ts";
import { type Feed, startFeed } from "../../infra/consumers/feed.ts";
import { readPosition } from "../../infra/consumers/fence.ts";
import { comparePlaces } from "../../infra/consumers/position.ts";
import { startConsumer } from "../../infra/consumers/run-consumer.ts";
import { type Engines, eventually, startEngines } from "../../infra/consumers/testing/engines.ts";
import { storable } from "../../infra/consumers/testing/events.ts";
import { pause } from "../../infra/consumers/waiting.ts";
import { createLog } from "../../infra/log.ts";
import { followLive, type LiveFollower } from "../runner/follow-live.ts";
import { findGeneration, reopenGeneration } from "../runner/generation-states.ts";
import { dropGeneration, ensureProjection, findLive, liveSchemas } from "../runner/generations.ts";
import type { Projection } from "../runner/projection.ts";
import { projectionConsumer } from "../runner/projection-consumer.ts";
import { checksum } from "./checksum.ts";
import type { Job } from "./jobs/job.ts";
import { createJob, findDiff, jobIdFor, wantSwap } from "./jobs/job-table.ts";
import { rebuildKind } from "./jobs/rebuild-kind.ts";
import { runJob } from "./jobs/run-job.ts";
import { replayMigration } from "./migration.ts";
import { salesProjection } from "./testing-projection.ts";
import { sellOnce, startSeller } from "./testing-seller.ts";

const log = createLog("test", "silent");
const clock = systemClock;
let engines: Engines;
let feed: Feed;
let ending: AbortController;
let followers: LiveFollower[];

/** What subscribers would be told, in the order in which it was committed. */
const PUBLISHED = "CREATE TABLE published (id bigserial PRIMARY KEY, topic text, epoch text, version bigint)";

beforeAll(async () => {
  engines = await startEngines([replayMigration]);
  await engines.pool.query(PUBLISHED);
  for (let n = 0; n < 100; n++) await sellOnce(engines.store, n);
  await engines.store.append("order-poisoned", [storable("sale.poisonous", {})], "no_stream");
  await ensureProjection(engines.pool, salesProjection, clock);
  feed = startFeed({ store: engines.store, log });
  ending = new AbortController();
  followers = ["one", "two"].map(startWorkers);
});

afterAll(async () => {
  ending?.abort();
  await Promise.all((followers ?? []).map(({ done }) => done));
  await feed?.close();
  await engines?.stop();
});

/** As a process of the workers runs projections. */
function startWorkers(instance: string): LiveFollower {
  const { pool } = engines;
  return followLive({
    pool,
    log,
    projections: [salesProjection],
    everyMs: 100,
    signal: ending.signal,
    outdated: async () => {},
    start: (projection, generation, signal) =>
      startConsumer({
        consumer: projectionConsumer({
          projection,
          generation,
          outbox: (tx) => ({
            async publish(messages) {
              for (const { topic, epoch, version } of messages) {
                await tx.query("INSERT INTO published (topic, epoch, version) VALUES ($1, $2, $3)", [
                  topic,
                  epoch,
                  version,
                ]);
              }
            },
          }),
        }),
        pool,
        feed,
        leaseMs: 2_000,
        instance,
        log,
        clock,
        signal,
      }),
  });
}

let jobs = 0;

async function rebuildJob(params: Record<string, unknown>, projection: Projection = salesProjection): Promise<Job> {
  const { pool, store } = engines;
  const jobId = jobIdFor("test", `${jobs++}`);
  const job = { jobId, kind: "rebuild", projection: "sales", params: rebuildKind.parse(params), requestedBy: "test" };
  await createJob(pool, { ...job, takenBy: "command" }, clock);
  return await run(jobId, projection, { pool, store });
}

async function run(
  jobId: string,
  projection = salesProjection,
  { pool, store } = engines as Pick<Engines, "pool" | "store">,
) {
  const projections = [projection];
  const kinds = [rebuildKind];
  const options = { pool, store, log, clock, projections, kinds, jobId, owner: "test", leaseMs: 5_000 };
  const done = await runJob(options);
  if (done === undefined) throw new Error("the job was not free");
  return done;
}

/** What the live generation says of events, asked by one reader of two processes in turn, and where it went back. */
async function readAsReader(stop: AbortSignal): Promise<{ reads: number; backwards: string[]; generations: number }> {
  const processes = [1, 2].map(() => liveSchemas(engines.pool, [salesProjection]));
  const backwards: string[] = [];
  const seen = new Set<string>();
  let reads = 0;
  let before = 0;
  let position = 0n;
  for (; !stop.aborted; reads++) {
    const schemas = processes[reads % 2] ?? liveSchemas(engines.pool);
    const { generation, place } = await schemas.standing("sales");
    seen.add(generation.schema);
    const { rows } = await engines.pool.query<{ n: string }>(
      `SELECT coalesce(sum(changes), 0) AS n FROM ${generation.schema}.orders`,
    );
    const now = Number(rows[0]?.n);
    if (now < before) backwards.push(`${generation.schema}: ${now} after ${before}`);
    if ((place?.commit ?? 0n) < position)
      backwards.push(`${generation.schema}: position ${place?.commit} after ${position}`);
    before = now;
    position = place?.commit ?? 0n;
    await pause(1);
  }
  return { reads, backwards, generations: seen.size };
}

const caughtUp = async () => {
  const head = await engines.store.head();
  await eventually(async () => {
    const live = await findLive(engines.pool, "sales");
    const { place } = await readPosition(engines.pool, live?.schema ?? "");
    expect(comparePlaces(place, head)).toBe(0);
  });
};

/** A rebuild is swapped in, and the generation before is to be built on again. */
async function reopened() {
  const before = await findLive(engines.pool, "sales");
  if (before === undefined) throw new Error("nothing is live");
  await rebuildJob({ thenSwap: true });
  return { generation: await reopenGeneration(engines.pool, "sales", before.generation) };
}

describe("a swap", () => {
  test("loses no event of four processes, and no reader sees a value go backwards", async () => {
    await caughtUp();
    const before = await engines.pool.query<{ n: string }>("SELECT sum(changes) AS n FROM sales_g1.orders");
    const sellers = Array.from({ length: 4 }, () => startSeller(engines.storeUrl));
    const stop = new AbortController();
    const reading = readAsReader(stop.signal);
    await eventually(async () => {
      const { rows } = await engines.pool.query<{ n: string }>("SELECT sum(changes) AS n FROM sales_g1.orders");
      expect(Number(rows[0]?.n)).toBeGreaterThan(Number(before.rows[0]?.n) + 100);
    });
    const done = [await rebuildJob({ thenSwap: true }), await rebuildJob({ thenSwap: true })];
    const sold = await Promise.all(sellers.map((seller) => seller.stop()));
    await caughtUp();
    stop.abort();

    expect(done.map(({ state }) => state)).toEqual(["done", "done"]);
    for (const { message } of done) expect(message).toMatch(/checksums were equal$/);
    const read = await reading;
    expect(read.backwards).toEqual([]);
    expect(read.generations).toBe(3);
    const live = await findLive(engines.pool, "sales");
    expect(live?.schema).toBe("sales_g3");
    const events = sold.reduce((sum, one) => sum + one.events, 0);
    const { rows } = await engines.pool.query<{ n: string }>("SELECT sum(changes) AS n FROM sales_g3.orders");
    expect(Number(rows[0]?.n)).toBe(Number(before.rows[0]?.n) + events);
    expect(events).toBeGreaterThan(200);
  });

  test("tells the topics in one order: nothing of the old generation comes after the new one has spoken", async () => {
    const { rows } = await engines.pool.query<{ topic: string; epoch: string; version: string }>(
      "SELECT topic, epoch, version FROM published ORDER BY id",
    );
    const last = new Map<string, { version: bigint; generation: number }>();
    const wrong: string[] = [];
    for (const { topic, epoch, version } of rows) {
      const now = { version: BigInt(version), generation: Number(epoch.split(":")[1]) };
      const before = last.get(topic);
      if (before && (now.version <= before.version || now.generation < before.generation)) wrong.push(topic);
      last.set(topic, now);
    }
    expect(wrong).toEqual([]);
    expect(new Set(rows.map(({ epoch }) => epoch))).toEqual(new Set(["sales:1", "sales:2", "sales:3"]));
  });

  test("leaves the generation before as it was, to be swapped in again after catching up, or dropped", async () => {
    await sellOnce(engines.store, 1);
    await caughtUp();
    const stale = await readPosition(engines.pool, "sales_g2");
    const back = await rebuildJob({ thenSwap: true, generation: 2 });
    expect(back).toMatchObject({ state: "done", generation: 2, schema: "sales_g2", diff: { equal: true } });
    expect((await findLive(engines.pool, "sales"))?.schema).toBe("sales_g2");
    await sellOnce(engines.store, 3);
    await caughtUp();
    expect(comparePlaces((await readPosition(engines.pool, "sales_g2")).place, stale.place)).toBeGreaterThan(0);
    expect((await findGeneration(engines.pool, "sales", 3)).state).toBe("previous");
    await dropGeneration(engines.pool, "sales", 3);
    await expect(findGeneration(engines.pool, "sales", 3)).rejects.toMatchObject({ code: "generation_unknown" });
  });

  test("back to an earlier generation leaves nothing to a worker that was stopped before and wakes meanwhile", async () => {
    const { pool } = engines;
    const { generation } = await reopened();
    const before = await readPosition(pool, generation.schema);
    const waking = new AbortController();
    const outbox = () => ({ publish: () => Promise.reject(new Error("it must tell nobody")) });
    const consumer = projectionConsumer({ projection: salesProjection, generation, outbox });
    const woken = { consumer, pool, feed, leaseMs: 600, instance: "woken", log, clock, signal: waking.signal };
    const running = startConsumer(woken);
    await eventually(async () => expect(running.status().state).toBe("standby"));
    await sellOnce(engines.store, 5);
    await caughtUp();
    expect((await readPosition(pool, generation.schema)).place).toEqual(before.place);
    waking.abort();
    await running.done;
    await dropGeneration(pool, "sales", generation.generation);
  });

  test("second and third rebuilds hold the same rows as the first", async () => {
    const sums = [];
    for (let n = 0; n < 3; n++) {
      const job = await rebuildJob({});
      expect(job).toMatchObject({ state: "ready", diff: { equal: true, share: 0 } });
      sums.push(await checksum(engines.pool, salesProjection, job.schema ?? ""));
      await dropGeneration(engines.pool, "sales", job.generation ?? 0);
    }
    expect(sums[0]?.find(({ table }) => table === "orders")?.rows).toBeGreaterThan(100);
    expect(sums[1]).toEqual(sums[0]);
    expect(sums[2]).toEqual(sums[0]);
  });
});

describe("the diff before a swap", () => {
  /** Sites 3 are told apart, one sale in site 5 counts double, site 6 is left out. */
  const changed: Projection = {
    ...salesProjection,
    handle: async (batch, context) => {
      const other = batch.flatMap((event) => {
        const sale = event.data as { site: string; amount: number };
        if (sale.site === "site-6") return [];
        if (sale.site === "site-3") return [{ ...event, data: { ...sale, site: "site-3b" } }];
        return [event];
      });
      if (other.length > 0) await salesProjection.handle(other, context);
    },
  };

  test("shows exactly the rows that a changed handler makes differ, and stops", async () => {
    const live = await findLive(engines.pool, "sales");
    const job = await rebuildJob({ thenSwap: true }, changed);
    expect(job.state).toBe("needs_decision");
    expect(job.message).toMatch(/of the rows differ, more than the 1 %/);
    expect((await findLive(engines.pool, "sales"))?.schema).toBe(live?.schema);
    const diff = await findDiff(engines.pool, job.jobId);
    const sites = diff?.tables.find(({ table }) => table === "sites");
    expect(sites).toMatchObject({ liveRows: 7, rebuiltRows: 6, onlyLive: 2, onlyRebuilt: 1, changed: 0 });
    expect(sites?.samples.map(({ kind, key }) => [kind, key.site])).toEqual([
      ["only-live", "site-3"],
      ["only-live", "site-6"],
      ["only-rebuilt", "site-3b"],
    ]);
    const orders = diff?.tables.find(({ table }) => table === "orders");
    const { rows } = await engines.pool.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM ${live?.schema}.orders AS l
       WHERE NOT EXISTS (SELECT 1 FROM ${job.schema}.orders AS r WHERE r.stream = l.stream)`,
    );
    expect(orders).toMatchObject({ onlyLive: rows[0]?.n, onlyRebuilt: 0, changed: 0 });
    expect(orders?.onlyLive).toBeGreaterThan(10);
    expect(orders?.samples).toHaveLength(5);

    const accepted = { from: ["needs_decision"], params: { acceptDiff: true }, takenBy: "command" } as const;
    expect(await wantSwap(engines.pool, job.jobId, accepted, clock)).toBeDefined();
    expect(await run(job.jobId, changed)).toMatchObject({ state: "done" });
    expect((await findLive(engines.pool, "sales"))?.schema).toBe(job.schema);
  });

  test("names the columns of a row that changed, with both values, and streams that are parked on one side only", async () => {
    const built = await rebuildJob({ acceptDiff: true });
    await engines.pool.query(`UPDATE ${built.schema}.sites SET amount = amount + 1 WHERE site = 'site-1'`);
    await engines.pool.query("DELETE FROM runner.dead_letters WHERE consumer = $1", [built.schema]);
    await rebuildJob({ thenSwap: true, generation: built.generation, acceptDiff: true });
    const job = await rebuildJob({});
    const diff = await findDiff(engines.pool, job.jobId);
    const sites = diff?.tables.find(({ table }) => table === "sites");
    expect(sites).toMatchObject({ onlyLive: 0, onlyRebuilt: 0, changed: 1 });
    const [sample] = sites?.samples ?? [];
    expect(sample).toMatchObject({ kind: "changed", key: { site: "site-1" } });
    expect(Object.keys(sample?.columns ?? {})).toEqual(["amount"]);
    const { live, rebuilt } = sample?.columns.amount ?? { live: null, rebuilt: null };
    expect(Number(live) - Number(rebuilt)).toBe(1);
    const parked = diff?.tables.find(({ table }) => table === "parked");
    expect(parked).toMatchObject({
      onlyRebuilt: 1,
      samples: [{ kind: "only-rebuilt", key: { stream: "order-poisoned" } }],
    });
  });
});
