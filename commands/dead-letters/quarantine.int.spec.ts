import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import type { Channel } from "../../domain/order/events.ts";
import { systemClock } from "../../infra/clock.ts";
import { KILLS_OF_POISON } from "../../infra/consumers/crash-guard.ts";
import { startFeed } from "../../infra/consumers/feed.ts";
import { readPosition } from "../../infra/consumers/fence.ts";
import { startConsumer } from "../../infra/consumers/run-consumer.ts";
import { type Engines, eventually, startEngines } from "../../infra/consumers/testing/engines.ts";
import { runDesk } from "../../infra/dead-letters/desk.ts";
import { createJob, findJob } from "../../infra/dead-letters/jobs.ts";
import { createLog } from "../../infra/log.ts";
import { inTransaction } from "../../infra/postgres/pool.ts";
import { rehashed } from "../../test/fixtures/chained.ts";
import { happened } from "../../test/fixtures/order-examples.ts";
import { orderStreamOf } from "../../test/fixtures/read-history.ts";
import { EFFECTS_MIGRATIONS } from "../processes/runner/effects-migration.ts";
import { NOTED_TABLE, notingConsumer, startNotingProcess } from "./testing/noting-process.ts";

const log = createLog("test", "silent");
const CONSUMER = "stock";
/** Five processes are started one after the other; on a busy machine each takes its time. */
const BOUND_MS = 180_000;
let engines: Engines;

beforeAll(async () => {
  engines = await startEngines(EFFECTS_MIGRATIONS);
  await engines.pool.query(NOTED_TABLE);
});
afterAll(() => engines.stop());

type Spoil = (placed: RecordedEvent) => RecordedEvent;

/** An order with one event behind its placing. */
async function place(channel: Channel, spoil: Spoil = (event) => event): Promise<string> {
  const orderId = randomUUID();
  const [placed, cancelled] = orderStreamOf({ orderId, customerId: randomUUID() }, ["bakery"], [happened.cancelled()]);
  if (!placed || !cancelled) throw new Error("an order has two events");
  const first = spoil(rehashed({ ...placed, data: { ...(placed.data as object), channel } }));
  const second = rehashed(cancelled, { prevHash: first.metadata.hash });
  for (const [index, { id, type, data, metadata }] of [first, second].entries()) {
    await engines.store.append(first.stream, [{ id, type, data, metadata }], index === 0 ? "no_stream" : 0n);
  }
  return orderId;
}

const letters = async () =>
  new Map(
    (
      await engines.pool.query<{ order_id: string; error: string; attempts: number; state: string }>(
        "SELECT order_id, error, attempts, state FROM runner.dead_letters WHERE consumer = $1",
        [CONSUMER],
      )
    ).rows.map(({ order_id, ...row }) => [order_id, row]),
  );

const noted = async () =>
  (await engines.pool.query<{ order_id: string }>("SELECT order_id FROM noted.effects")).rows.map(
    ({ order_id }) => order_id,
  );

const atHead = async () => {
  const head = await engines.store.head();
  return (await readPosition(engines.pool, CONSUMER)).place?.commit === head?.commit;
};

test(
  "a process sets aside what it cannot read, what breaks it and what kills it; the rest flows; the fix takes effect once",
  async () => {
    const healthy = [await place("web")];
    const malformed = await place("web", (event) => rehashed({ ...event, data: "{cut in the mid" }));
    const newer = await place("web", (event) => rehashed(event, { v: 2 }));
    const breach = await place("phone");
    const deadly = await place("api");
    healthy.push(await place("web"));

    let kills = 0;
    for (;;) {
      const one = startNotingProcess({ databaseUrl: engines.databaseUrl, storeUrl: engines.storeUrl });
      const over = await Promise.race([
        one.ended.then(() => false),
        eventually(async () => expect(await atHead()).toBe(true), BOUND_MS).then(() => true),
      ]);
      if (over) {
        await eventually(async () => expect((await noted()).toSorted()).toEqual(healthy.toSorted()));
        one.child.kill("SIGTERM");
        await one.ended;
        break;
      }
      if (++kills > 8) throw new Error("it is killed for ever");
    }
    expect(kills).toBeGreaterThanOrEqual(KILLS_OF_POISON);
    expect(kills).toBeLessThanOrEqual(2 + KILLS_OF_POISON);
    expect(await letters()).toEqual(
      new Map([
        [malformed, { error: "MalformedEventError", attempts: 1, state: "parked" }],
        [newer, { error: "UnknownVersionError", attempts: 1, state: "parked" }],
        [breach, { error: "RangeError", attempts: 1, state: "parked" }],
        [deadly, { error: "ProcessKilled", attempts: KILLS_OF_POISON, state: "parked" }],
      ]),
    );

    const stop = new AbortController();
    const { pool, store } = engines;
    const feed = startFeed({ store, log });
    const options = { pool, feed, leaseMs: 5_000, instance: "mended", log, clock: systemClock, signal: stop.signal };
    const running = startConsumer({ ...options, consumer: notingConsumer(store, pool, () => true) });
    const desk = runDesk({ pool, clock: systemClock, log, signal: stop.signal });
    const job = {
      id: randomUUID(),
      action: "redrive",
      by: { type: "admin", id: "olga" },
      filter: {},
      perSecond: 100,
    } as const;
    await inTransaction(pool, (tx) => createJob(tx, { ...job, now: Date.now() }));
    await eventually(async () =>
      expect(await findJob(pool, job.id)).toMatchObject({ state: "done", done: 2, failed: 2 }),
    );
    const mended = [...healthy, breach, deadly];
    await eventually(async () => expect((await noted()).toSorted()).toEqual(mended.toSorted()));
    const after = await letters();
    expect([after.get(breach)?.state, after.get(deadly)?.state]).toEqual(["redriven", "redriven"]);
    // No program that can read these is running: they stay, with one attempt more.
    expect([after.get(malformed), after.get(newer)]).toMatchObject([
      { attempts: 2, state: "parked" },
      { attempts: 2, state: "parked" },
    ]);
    const held = await pool.query("SELECT stream FROM runner.parked_events WHERE consumer = $1", [CONSUMER]);
    expect(held.rows.map(({ stream }) => stream).toSorted()).toEqual(
      [`order-${malformed}`, `order-${newer}`].toSorted(),
    );
    stop.abort();
    await Promise.all([running.done, desk]);
    await feed.close();
  },
  BOUND_MS,
);
