import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { systemClock } from "../clock.ts";
import type { ExpectedRevision } from "../event-store/port.ts";
import { createLog } from "../log.ts";
import { createPool } from "../postgres/pool.ts";
import type { Consumer, Parked, RunningConsumer } from "./consumer.ts";
import { type Feed, startFeed } from "./feed.ts";
import { readPosition } from "./fence.ts";
import { startConsumer } from "./run-consumer.ts";
import { type Engines, eventually, startEngines } from "./testing/engines.ts";
import { storable } from "./testing/events.ts";
import { seenBy, WITNESS_TABLE, witness } from "./testing/witness.ts";

const log = createLog("test", "silent");
let engines: Engines;
let feed: Feed;
let stop: AbortController;
const running: RunningConsumer[] = [];

beforeAll(async () => {
  engines = await startEngines();
  await engines.pool.query(WITNESS_TABLE);
});
afterAll(() => engines.stop());

beforeEach(() => {
  stop = new AbortController();
  feed = startFeed({ store: engines.store, log, ringEvents: 200, watchdogMs: 200 });
});
afterEach(async () => {
  stop.abort();
  await Promise.all(running.splice(0).map(({ done }) => done));
  await feed.close();
});

function start(consumer: Consumer, more: { readonly instance?: string; readonly leaseMs?: number } = {}) {
  const { instance = `test-${randomUUID()}`, leaseMs = 2_000 } = more;
  const { pool } = engines;
  const one = startConsumer({ consumer, pool, feed, leaseMs, instance, log, clock: systemClock, signal: stop.signal });
  running.push(one);
  return one;
}

async function append(stream: string, types: readonly string[], expected: ExpectedRevision = "no_stream") {
  const events = types.map((type) => storable(type, { of: stream }));
  const appended = await engines.store.append(stream, events, expected);
  return { ids: events.map(({ id }) => id), ...appended };
}

const reached = async (name: string) => {
  const head = await engines.store.head();
  await eventually(async () => expect((await readPosition(engines.pool, name)).place).toEqual(head));
};

const newStream = () => `order-${randomUUID()}`;

describe("a consumer", () => {
  test("sees every event exactly once and in order while several writers append at the same time", async () => {
    start(witness("concurrent", { batchSize: 7 }));
    const appended = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const stream = newStream();
        const ids: string[] = [];
        for (let n = 0; n < 60; n++) {
          ids.push(...(await append(stream, ["test.happened"], n === 0 ? "no_stream" : BigInt(n - 1))).ids);
        }
        return ids;
      }),
    );
    await reached("concurrent");
    const seen = await seenBy(engines.pool, "concurrent");
    expect(seen.map((event) => event.event_id).toSorted()).toEqual(appended.flat().toSorted());
    const commits = seen.map((event) => BigInt(event.commit));
    expect(commits.every((commit, i) => i === 0 || commit > (commits[i - 1] ?? 0n))).toBe(true);
  });

  test("that begins late and far behind catches up on its own and then follows the shared feed", async () => {
    const before = (await seenBy(engines.pool, "concurrent")).length;
    start(witness("late", { batchSize: 50 }));
    await reached("late");
    const { ids } = await append(newStream(), ["test.happened"]);
    await reached("late");
    const seen = await seenBy(engines.pool, "late");
    expect(seen.length).toBe(before + 1);
    expect(seen.at(-1)?.event_id).toBe(ids[0]);
    expect(feed.status().resubscribed).toBe(0);
  });

  test("that handles none of the events does not look late", async () => {
    const quiet = start(witness("quiet", { handles: () => false }));
    await append(newStream(), ["test.happened", "test.happened"]);
    await reached("quiet");
    expect(quiet.status().lag).toMatchObject({ events: 0 });
    expect(await seenBy(engines.pool, "quiet")).toEqual([]);
  });

  test("goes on where it stood after a stop, without repeating anything", async () => {
    start(witness("stopped"));
    await reached("stopped");
    stop.abort();
    await Promise.all(running.map(({ done }) => done));
    stop = new AbortController();
    await append(newStream(), ["test.happened"]);
    start(witness("stopped"));
    await reached("stopped");
    const ids = (await seenBy(engines.pool, "stopped")).map((event) => event.event_id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe("an event that cannot be handled", () => {
  test("is parked with its stream, while everything else goes through and the position moves", async () => {
    const [bad, good] = [newStream(), newStream()];
    const told: Parked[] = [];
    await append(good, ["test.happened", "test.happened"]);
    const poison = await append(bad, ["test.happened", "test.poisonous", "test.happened"]);
    await append(good, ["test.happened"], 1n);
    const parked: Consumer["parked"] = async (one) => {
      told.push(one);
    };
    const one = start(witness("poisoned", { parked }));
    await reached("poisoned");
    const seen = (await seenBy(engines.pool, "poisoned")).filter(({ stream }) => stream === good || stream === bad);
    expect(seen.filter(({ stream }) => stream === good)).toHaveLength(3);
    expect(seen.filter(({ stream }) => stream === bad).map(({ revision }) => revision)).toEqual(["0"]);
    const { rows } = await engines.pool.query("SELECT * FROM runner.dead_letters WHERE consumer = 'poisoned'");
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ stream: bad, event_id: poison.ids[1], revision: "1", state: "parked" });
    expect(rows[0].payload.data).toEqual({ of: bad });
    expect(rows[0].message).toContain("uuid");
    expect(told.map(({ event }) => event.id)).toEqual([poison.ids[1]]);
    expect(one.status()).toMatchObject({ state: "running", parkedStreams: 1 });
  });

  test("holds back what comes later in its stream, in order, and blocks nobody else", async () => {
    const bad = newStream();
    await append(bad, ["test.poisonous"]);
    start(witness("held-back"));
    await reached("held-back");
    const later = await append(bad, ["test.happened", "test.happened"], 0n);
    const { ids } = await append(newStream(), ["test.happened"]);
    await reached("held-back");
    const { rows } = await engines.pool.query(
      "SELECT event_id FROM runner.parked_events WHERE consumer = 'held-back' AND stream = $1 ORDER BY revision",
      [bad],
    );
    expect(rows.map((row) => row.event_id)).toEqual(later.ids);
    expect((await seenBy(engines.pool, "held-back")).at(-1)?.event_id).toBe(ids[0]);
  });

  test("is parked even when telling about it fails", async () => {
    const bad = newStream();
    await append(bad, ["test.poisonous"]);
    const parked: Consumer["parked"] = async (_parked, tx) => {
      await tx.query("SELECT 1 / 0");
    };
    start(witness("untold", { parked }));
    await reached("untold");
    const { rows } = await engines.pool.query("SELECT 1 FROM runner.dead_letters WHERE stream = $1", [bad]);
    expect(rows.length).toBeGreaterThan(0);
  });
});

describe("a failing database", () => {
  test("that lacks a table stops the consumer and says so, parks nothing, and goes on when the table is there", async () => {
    const consumer = witness("unprepared", {
      apply: async (batch, tx) => {
        await tx.query("INSERT INTO witness.missing SELECT unnest($1::text[])", [batch.map(({ stream }) => stream)]);
      },
    });
    const stream = newStream();
    await append(stream, ["test.happened"]);
    const one = start(consumer);
    await eventually(() => expect(one.status()).toMatchObject({ state: "retrying", lastError: { fault: true } }));
    const parked = "SELECT 1 FROM runner.dead_letters WHERE consumer = 'unprepared'";
    expect((await engines.pool.query(parked)).rows).toEqual([]);
    await engines.pool.query("CREATE TABLE witness.missing (stream text)");
    await reached("unprepared");
    const { rows } = await engines.pool.query("SELECT 1 FROM witness.missing WHERE stream = $1", [stream]);
    expect(rows).toHaveLength(1);
  });

  test("in the middle of a batch makes the batch be tried again as a whole, and nothing is parked", async () => {
    let cuts = 3;
    const inner = witness("cut");
    const consumer: Consumer = {
      ...inner,
      async apply(batch, tx, context) {
        await inner.apply(batch, tx, context);
        if (cuts-- <= 0) return;
        const { rows } = await tx.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
        await engines.pool.query("SELECT pg_terminate_backend($1)", [rows[0]?.pid]);
      },
    };
    const { ids } = await append(newStream(), ["test.happened", "test.happened", "test.happened"]);
    const one = start(consumer);
    await reached("cut");
    const seen = (await seenBy(engines.pool, "cut")).map((event) => event.event_id);
    expect(cuts).toBeLessThan(0);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.slice(-3)).toEqual(ids);
    // Poisonous events of other tests lie in the same log: none but those may be parked.
    const { rows } = await engines.pool.query(
      "SELECT 1 FROM runner.dead_letters WHERE consumer = 'cut' AND type <> 'test.poisonous'",
    );
    expect(rows).toEqual([]);
    expect(one.status().lastError).toBeDefined();
  });
});

describe("ownership", () => {
  test("is held by one of several, and another takes over when it stops", async () => {
    const first = new AbortController();
    const { pool } = engines;
    const options = { pool, feed, leaseMs: 1_000, log, clock: systemClock };
    const a = startConsumer({ ...options, consumer: witness("shared"), instance: "a", signal: first.signal });
    await eventually(() => expect(a.status().state).toBe("running"));
    const b = start(witness("shared"), { instance: "b" });
    await eventually(() => expect(b.status().state).toBe("standby"));
    first.abort();
    await a.done;
    await append(newStream(), ["test.happened"]);
    await eventually(() => expect(b.status()).toMatchObject({ state: "running", epoch: 2n }));
    await reached("shared");
    const ids = (await seenBy(engines.pool, "shared")).map((event) => event.event_id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("that is lost to a later epoch makes the running batch undo itself", async () => {
    let release = () => {};
    let entered = () => {};
    const inside = new Promise<void>((resolve) => {
      entered = resolve;
    });
    const inner = witness("usurped");
    let held: Promise<void> | undefined = new Promise((resolve) => {
      release = resolve;
    });
    const consumer: Consumer = {
      ...inner,
      async apply(batch, tx, context) {
        await inner.apply(batch, tx, context);
        entered();
        await held;
      },
    };
    start(consumer, { leaseMs: 60_000 });
    await inside;
    await engines.pool.query("UPDATE runner.positions SET epoch = epoch + 1 WHERE name = 'usurped'");
    await engines.pool.query("UPDATE runner.leases SET epoch = epoch + 1 WHERE name = 'usurped'");
    held = undefined;
    release();
    const other = createPool(engines.databaseUrl, { applicationName: "other" });
    await eventually(async () => {
      const { rows } = await other.query("SELECT count(*)::int AS n FROM pg_stat_activity WHERE state LIKE 'idle in%'");
      expect(rows[0].n).toBe(0);
    });
    await other.end();
    expect(await seenBy(engines.pool, "usurped")).toEqual([]);
  });
});
