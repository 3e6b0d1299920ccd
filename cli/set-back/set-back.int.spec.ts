import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { genesisHash } from "../../domain/chain/chain.ts";
import { systemClock } from "../../infra/clock.ts";
import { type Feed, startFeed } from "../../infra/consumers/feed.ts";
import { claimPosition, movePosition, readPosition } from "../../infra/consumers/fence.ts";
import { startConsumer } from "../../infra/consumers/run-consumer.ts";
import { type Engines, eventually, startEngines } from "../../infra/consumers/testing/engines.ts";
import { storable } from "../../infra/consumers/testing/events.ts";
import type { EventStore } from "../../infra/event-store/port.ts";
import { type ThrowawayStore, throwawayStore } from "../../infra/event-store/testing.ts";
import { createLog } from "../../infra/log.ts";
import { migrate } from "../../infra/postgres/migrations.ts";
import { ensureProjection } from "../../projections/runner/generations.ts";
import { projectionConsumer } from "../../projections/runner/projection-consumer.ts";
import { witnessProjection } from "../../projections/witness/projection.ts";
import { outboxWriter } from "../../realtime/outbox.ts";
import { MIGRATIONS } from "../database/migrations.ts";
import { bringInLine } from "./bring-in-line.ts";
import { findSetBack, LogSetBackError, refuseSetBack } from "./find.ts";

const log = createLog("test", "silent");
const KEPT = `order-${randomUUID()}`;
const CUT = `order-${randomUUID()}`;
const GONE = `order-${randomUUID()}`;

let engines: Engines;
let restored: ThrowawayStore;
let folder: string;
let feed: Feed;

/** Events that a witness notes: they carry a hash. */
async function append(store: EventStore, stream: string, count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    const revision = (await store.readStream(stream)).at(-1)?.revision;
    const event = storable("test.happened", {});
    const hashed = { ...event, metadata: { v: 1, at: "2026-11-21T09:00:00.000Z", hash: genesisHash(`${stream}${n}`) } };
    await store.append(stream, [hashed], revision ?? "no_stream");
  }
}

/** Runs the live witness until it has seen the whole log. */
async function witnessAll(store: EventStore): Promise<string> {
  const { pool } = engines;
  const generation = await ensureProjection(pool, witnessProjection, systemClock);
  const ending = new AbortController();
  feed = startFeed({ store, log });
  const consumer = projectionConsumer({ projection: witnessProjection, generation, outbox: outboxWriter });
  const options = { pool, feed, leaseMs: 5_000, instance: "test", log, clock: systemClock, signal: ending.signal };
  const running = startConsumer({ consumer, ...options });
  const head = await store.head();
  await eventually(async () => expect((await readPosition(pool, generation.schema)).place).toEqual(head));
  ending.abort();
  await running.done;
  await feed.close();
  return generation.schema;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ordertrail-set-back-"));
  [engines, restored] = await Promise.all([startEngines(), throwawayStore()]);
  await migrate(engines.databaseUrl, MIGRATIONS);
  await append(engines.store, KEPT, 2);
  await append(engines.store, CUT, 3);
  await append(engines.store, GONE, 1);
  // What a restore to an older point leaves of that log.
  await append(restored.store, KEPT, 2);
  await append(restored.store, CUT, 1);
});
afterAll(async () => {
  await engines.stop();
  await restored.stop();
  await rm(folder, { recursive: true, force: true });
});

test("a log that ends before what consumers have seen is noticed; what is lost is named, and all is made anew", async () => {
  const { pool } = engines;
  const first = await witnessAll(engines.store);
  const head = await engines.store.head();
  await claimPosition(pool, "payment", 1n);
  await movePosition(pool, { name: "payment", epoch: 1n, from: undefined, to: head });
  const orderId = randomUUID();
  await pool.query("INSERT INTO payment.orders (order_id, settled) VALUES ($1, true)", [orderId]);
  await pool.query(
    "INSERT INTO payment.effects (order_id, effect_id, due_at, state) VALUES ($1, 'payment.confirm/1', 0, 'done')",
    [orderId],
  );
  const options = { pool, clock: systemClock, log, reports: join(folder, "reports") };
  expect(await bringInLine({ ...options, store: engines.store })).toBeUndefined();

  expect((await findSetBack(pool, restored.store))?.ahead.map(({ consumer }) => consumer)).toEqual(["payment", first]);
  await expect(refuseSetBack(pool, restored.store)).rejects.toBeInstanceOf(LogSetBackError);
  const [path, second] = await Promise.all([
    bringInLine({ ...options, store: restored.store }),
    bringInLine({ ...options, store: restored.store }),
  ]);
  // Whoever comes second finds it done.
  const reports = [path, second].filter((one) => one !== undefined);
  expect(reports).toHaveLength(1);
  expect(JSON.parse(await readFile(reports[0] ?? "", "utf8"))).toMatchObject({
    consumersAhead: [{ consumer: "payment" }, { consumer: first }],
    streamsWithLostEvents: 2,
    lost: [
      { stream: CUT, had: "2", has: "0" },
      { stream: GONE, had: "0" },
    ],
  });
  expect(await findSetBack(pool, restored.store)).toBeUndefined();
  expect((await readPosition(pool, "payment")).place).toBeUndefined();
  expect((await pool.query("SELECT FROM payment.effects UNION ALL SELECT FROM payment.orders")).rowCount).toBe(0);

  const anew = await witnessAll(restored.store);
  expect(anew).not.toBe(first);
  const { rows } = await pool.query(`SELECT stream, revision FROM ${anew}.heads ORDER BY revision`);
  expect(rows).toEqual([
    { stream: CUT, revision: "0" },
    { stream: KEPT, revision: "1" },
  ]);
});
