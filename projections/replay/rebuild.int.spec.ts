import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { systemClock } from "../../infra/clock.ts";
import type { RunningConsumer } from "../../infra/consumers/consumer.ts";
import { type Feed, startFeed } from "../../infra/consumers/feed.ts";
import { readPosition } from "../../infra/consumers/fence.ts";
import { startConsumer } from "../../infra/consumers/run-consumer.ts";
import { type Engines, eventually, startEngines } from "../../infra/consumers/testing/engines.ts";
import { storable } from "../../infra/consumers/testing/events.ts";
import { createLog } from "../../infra/log.ts";
import { dropGeneration, ensureProjection, type Generation, liveSchemas } from "../runner/generations.ts";
import { projectionConsumer } from "../runner/projection-consumer.ts";
import type { TopicMessage } from "../runner/topic-message.ts";
import { checksum } from "./checksum.ts";
import { compareWithLive, rebuild } from "./rebuild.ts";
import { salesProjection } from "./testing-projection.ts";

const log = createLog("test", "silent");
const projection = salesProjection;
const published: TopicMessage[] = [];
let engines: Engines;
let feed: Feed;
let live: Generation;
let stop: AbortController;
let running: RunningConsumer;

const building = () => ({ projection, ...engines, log, clock: systemClock, instance: "rebuilder" });

beforeAll(async () => {
  engines = await startEngines();
  await sell(300);
  await engines.store.append(`order-${randomUUID()}`, [storable("sale.poisonous", {})], "no_stream");
  live = await ensureProjection(engines.pool, projection, systemClock);
});
afterAll(() => engines.stop());

beforeEach(() => {
  feed = startFeed({ store: engines.store, log });
  stop = new AbortController();
  const outbox = () => ({
    publish: async (messages: readonly TopicMessage[]) => {
      published.push(...messages);
    },
  });
  const consumer = projectionConsumer({ projection, generation: live, outbox });
  const { pool } = engines;
  running = startConsumer({
    consumer,
    pool,
    feed,
    leaseMs: 2_000,
    instance: "live",
    log,
    clock: systemClock,
    signal: stop.signal,
  });
});
afterEach(async () => {
  stop.abort();
  await running.done;
  await feed.close();
});

/** Sales in streams of one to four events, of which those without a site are of another kind. */
async function sell(streams: number): Promise<void> {
  for (let n = 0; n < streams; n++) {
    const types = ["sale.begun", "other.noise", "sale.changed", "sale.ended"].slice(0, 1 + (n % 4));
    const events = types.map((type, i) => storable(type, { site: `site-${n % 7}`, amount: n + i }));
    await engines.store.append(`order-${randomUUID()}`, events, "no_stream");
  }
}

describe("a rebuilt read model", () => {
  test.each([1, 7, 500])("equals the live one when it is rebuilt in batches of %d", async (batchSize) => {
    const { generation, progress } = await rebuild({ ...building(), batchSize });
    const comparison = await compareWithLive({ ...building(), batchSize, rebuilt: generation });
    expect(comparison.tables).toSatisfy((tables: typeof comparison.tables) => tables.every(({ equal }) => equal));
    expect(comparison.equal).toBe(true);
    const rows = Object.fromEntries(comparison.tables.map(({ table, rebuilt }) => [table, rebuilt?.rows]));
    expect(rows).toMatchObject({ orders: 300, sites: 7, parked: 1, parked_events: 0 });
    expect(progress).toMatchObject({ parked: 1, events: 751, handled: 525 });
    await dropGeneration(engines.pool, projection.name, generation.generation);
  });

  test("equals the live one at one position while events go on being appended", async () => {
    const { generation } = await rebuild({ ...building(), batchSize: 50 });
    let selling = true;
    const seller = (async () => {
      while (selling) await sell(5);
    })();
    const { place: before } = await readPosition(engines.pool, generation.schema);
    await sell(10);
    await eventually(async () => expect((await readPosition(engines.pool, live.schema)).place).not.toEqual(before));
    const comparison = await compareWithLive({ ...building(), rebuilt: generation });
    selling = false;
    await seller;
    expect(comparison.equal).toBe(true);
    expect(comparison.position).not.toEqual(before);
  });

  test("that differs in a single value, or in a parked stream, is reported by table", async () => {
    const { generation } = await rebuild(building());
    await engines.pool.query(`UPDATE ${generation.schema}.sites SET amount = amount + 1 WHERE site = 'site-3'`);
    await engines.pool.query("DELETE FROM runner.dead_letters WHERE consumer = $1", [generation.schema]);
    const comparison = await compareWithLive({ ...building(), rebuilt: generation });
    expect(comparison.equal).toBe(false);
    expect(comparison.tables.filter(({ equal }) => !equal).map(({ table }) => table)).toEqual(["sites", "parked"]);
  });

  test("tells nobody anything, while the live one has told every change in an unbroken chain", async () => {
    const epochs = new Set(published.map((message) => message.epoch));
    expect(epochs).toEqual(new Set(["sales:1"]));
    const last = new Map<string, string>();
    for (const { topic, version, prev } of published) {
      expect(prev).toBe(last.get(topic) ?? null);
      last.set(topic, version);
    }
  });

  test("can be built up to a place in the past", async () => {
    const all = await engines.store.readAll(undefined, 100);
    const until = all.events[41]?.position;
    if (until === undefined) throw new Error("no such event");
    const { generation, progress } = await rebuild({ ...building(), until, batchSize: 10 });
    expect(progress.events).toBe(42);
    expect((await readPosition(engines.pool, generation.schema)).place).toEqual(until);
  });
});

describe("generations", () => {
  test("are created once by processes that start together", async () => {
    const other = { ...projection, name: "other_sales" };
    const found = await Promise.all(
      Array.from({ length: 6 }, () => ensureProjection(engines.pool, other, systemClock)),
    );
    expect(new Set(found.map(({ schema }) => schema))).toEqual(new Set(["other_sales_g1"]));
  });

  test("are numbered onwards for ever, and the live one cannot be dropped", async () => {
    const first = (await rebuild(building())).generation;
    await dropGeneration(engines.pool, projection.name, first.generation);
    const second = (await rebuild(building())).generation;
    expect(second.generation).toBe(first.generation + 1);
    await expect(dropGeneration(engines.pool, projection.name, live.generation)).rejects.toThrow("is live");
    expect((await liveSchemas(engines.pool).of(projection.name)).schema).toBe(live.schema);
    expect(await checksum(engines.pool, projection, live.schema)).toHaveLength(4);
  });
});
