import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { systemClock } from "../clock.ts";
import { runDesk } from "../dead-letters/desk.ts";
import type { JobAction } from "../dead-letters/errands.ts";
import type { LetterFilter } from "../dead-letters/filter.ts";
import { abortJob, createJob, findJob, jobResults } from "../dead-letters/jobs.ts";
import type { ExpectedRevision } from "../event-store/port.ts";
import { createLog } from "../log.ts";
import { inTransaction } from "../postgres/pool.ts";
import type { Consumer, RunningConsumer } from "./consumer.ts";
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
const running: Promise<void>[] = [];

beforeAll(async () => {
  engines = await startEngines();
  await engines.pool.query(WITNESS_TABLE);
});
afterAll(() => engines.stop());

beforeEach(() => {
  stop = new AbortController();
  feed = startFeed({ store: engines.store, log, watchdogMs: 200 });
  running.push(runDesk({ pool: engines.pool, clock: systemClock, log, signal: stop.signal }));
});
afterEach(async () => {
  stop.abort();
  await Promise.all(running.splice(0));
  await feed.close();
});

/** A witness that cannot handle what the set names, whatever its type. */
function refusing(name: string, refused: ReadonlySet<string>): Consumer {
  const inner = witness(name);
  return {
    ...inner,
    async apply(batch, tx, context) {
      await inner.apply(batch, tx, context);
      const bad = batch.find(({ id }) => refused.has(id));
      if (bad) throw new RangeError(`cannot handle ${bad.id}`);
    },
  };
}

function start(consumer: Consumer): RunningConsumer {
  const { pool } = engines;
  const options = { pool, feed, leaseMs: 2_000, instance: `test-${randomUUID()}`, log, clock: systemClock };
  const one = startConsumer({ ...options, consumer, version: "2.0.0", signal: stop.signal });
  running.push(one.done);
  return one;
}

async function append(stream: string, count: number, expected: ExpectedRevision = "no_stream") {
  const events = Array.from({ length: count }, () => storable("test.happened", { of: stream }));
  await engines.store.append(stream, events, expected);
  return events.map(({ id }) => id);
}

const reached = async (name: string) => {
  const head = await engines.store.head();
  await eventually(async () => expect((await readPosition(engines.pool, name)).place).toEqual(head));
};

const newStream = () => `order-${randomUUID()}`;

async function ask(action: JobAction, filter: LetterFilter, perSecond = 100): Promise<string> {
  const id = randomUUID();
  const by = { type: "support", id: "ana" } as const;
  await inTransaction(engines.pool, (tx) => createJob(tx, { id, action, by, filter, perSecond, now: Date.now() }));
  return id;
}

const ended = (id: string) =>
  eventually(async () => {
    const job = await findJob(engines.pool, id);
    expect(job?.state).not.toBe("running");
    return job;
  });

const letters = async (consumer: string) =>
  (
    await engines.pool.query(
      "SELECT event_id, state, attempts, round, version, resolved_by FROM runner.dead_letters WHERE consumer = $1 ORDER BY first_failed_at",
      [consumer],
    )
  ).rows;

const handledOf = async (name: string, stream: string) =>
  (await seenBy(engines.pool, name)).filter((seen) => seen.stream === stream).map(({ event_id }) => event_id);

describe("redriving a parked event", () => {
  test("after the fix handles it with everything behind it in order, once, and only that stream", async () => {
    const refused = new Set<string>();
    const consumer = start(refusing("mended", refused));
    const other = newStream();
    refused.add((await append(other, 1))[0] ?? "");
    const [bad, behind] = [newStream(), 2];
    const more = Array.from({ length: 4 }, () => storable("test.happened", {}));
    refused.add(more[1]?.id ?? "");
    await engines.store.append(bad, more, "no_stream");
    await reached("mended");
    expect(await handledOf("mended", bad)).toEqual([more[0]?.id]);
    refused.clear();
    const job = await ended(await ask("redrive", { consumer: "mended", orderId: bad.slice("order-".length) }));
    expect(job).toMatchObject({ state: "done", total: 1, done: 1, failed: 0 });
    expect(await handledOf("mended", bad)).toEqual(more.map(({ id }) => id));
    const [result] = await jobResults(engines.pool, job?.id ?? "", 10);
    expect(result?.result).toEqual({ outcome: "redriven", followed: behind });
    // Later events of the stream flow as those of any other.
    const later = await append(bad, 1, 3n);
    await reached("mended");
    expect((await handledOf("mended", bad)).at(-1)).toBe(later[0]);
    expect(consumer.status()).toMatchObject({ state: "running", parkedStreams: 1 });
    expect(await handledOf("mended", other)).toEqual([]);
  });

  test("that fails again leaves it parked with one attempt more, and what is behind it waits", async () => {
    const refused = new Set<string>();
    const stream = newStream();
    const events = [storable("test.happened", {}), storable("test.happened", {})];
    refused.add(events[0]?.id ?? "");
    await engines.store.append(stream, events, "no_stream");
    start(refusing("stubborn", refused));
    await reached("stubborn");
    const job = await ended(await ask("redrive", { consumer: "stubborn", eventType: "test.happened" }));
    expect(job).toMatchObject({ done: 0, failed: 1 });
    expect(await handledOf("stubborn", stream)).toEqual([]);
    expect((await letters("stubborn")).find(({ event_id }) => event_id === events[0]?.id)).toMatchObject({
      state: "parked",
      attempts: 2,
      round: 1,
      version: "2.0.0",
    });
  });

  test("parks its stream again at the next event that cannot be handled", async () => {
    const refused = new Set<string>();
    const stream = newStream();
    const events = Array.from({ length: 5 }, () => storable("test.happened", {}));
    for (const i of [1, 3]) refused.add(events[i]?.id ?? "");
    await engines.store.append(stream, events, "no_stream");
    start(refusing("twice", refused));
    await reached("twice");
    refused.delete(events[1]?.id ?? "");
    const orderId = stream.slice("order-".length);
    const job = await ended(await ask("redrive", { consumer: "twice", orderId }));
    const [result] = await jobResults(engines.pool, job?.id ?? "", 10);
    expect(result?.result).toMatchObject({ followed: 1, parkedNext: { eventId: events[3]?.id, error: "RangeError" } });
    expect(await handledOf("twice", stream)).toEqual(events.slice(0, 3).map(({ id }) => id));
    refused.clear();
    await ended(await ask("redrive", { consumer: "twice", orderId }));
    expect(await handledOf("twice", stream)).toEqual(events.map(({ id }) => id));
  });
});

describe("a look at what redriving would do", () => {
  test("uses the real handler and changes nothing", async () => {
    const refused = new Set<string>();
    const stream = newStream();
    const events = [storable("test.happened", {}), storable("test.happened", {})];
    refused.add(events[0]?.id ?? "");
    await engines.store.append(stream, events, "no_stream");
    start(refusing("looked-at", refused));
    await reached("looked-at");
    const orderId = stream.slice("order-".length);
    const before = await letters("looked-at");
    const failing = await ended(await ask("preview", { consumer: "looked-at", orderId }));
    const [would] = await jobResults(engines.pool, failing?.id ?? "", 10);
    expect(would?.result).toMatchObject({ outcome: "fails", failure: { error: "RangeError" } });
    refused.clear();
    const passing = await ended(await ask("preview", { consumer: "looked-at", orderId }));
    const [mended] = await jobResults(engines.pool, passing?.id ?? "", 10);
    expect(mended?.result).toEqual({ outcome: "redriven", followed: 1, rows: { "witness.seen": 2 } });
    expect(await handledOf("looked-at", stream)).toEqual([]);
    expect(await letters("looked-at")).toEqual(before);
  });
});

describe("discarding a parked event", () => {
  test("leaves it out and lets what is behind it go on", async () => {
    const refused = new Set<string>();
    const stream = newStream();
    const events = Array.from({ length: 3 }, () => storable("test.happened", {}));
    refused.add(events[0]?.id ?? "");
    await engines.store.append(stream, events, "no_stream");
    start(refusing("without", refused));
    await reached("without");
    await ended(await ask("discard", { consumer: "without", orderId: stream.slice("order-".length) }));
    expect(await handledOf("without", stream)).toEqual(events.slice(1).map(({ id }) => id));
    expect(await letters("without")).toContainEqual(
      expect.objectContaining({ event_id: events[0]?.id, state: "discarded", resolved_by: "support:ana" }),
    );
    const { rows } = await engines.pool.query(
      "SELECT fact, by_id FROM runner.tellings JOIN runner.dead_letters ON id = letter_id WHERE stream = $1 ORDER BY fact",
      [stream],
    );
    expect(rows).toEqual([
      { fact: "discarded", by_id: "ana" },
      { fact: "parked", by_id: "dead-letters" },
    ]);
  });
});

describe("redriving many", () => {
  test("keeps to its rate and stops when it is aborted; the rest can be redriven later", async () => {
    const refused = new Set<string>();
    const ids: string[] = [];
    for (let n = 0; n < 12; n++) {
      const event = storable("test.happened", {});
      refused.add(event.id);
      ids.push(event.id);
      await engines.store.append(newStream(), [event], "no_stream");
    }
    start(refusing("many", refused));
    await reached("many");
    refused.clear();
    const job = await ask("redrive", { consumer: "many" }, 2);
    await eventually(async () => expect((await findJob(engines.pool, job))?.done).toBeGreaterThanOrEqual(2));
    expect((await findJob(engines.pool, job))?.waiting).toBeGreaterThan(0);
    await inTransaction(engines.pool, (tx) => abortJob(tx, job, Date.now()));
    const aborted = await findJob(engines.pool, job);
    expect(aborted).toMatchObject({ state: "aborted", waiting: 0, released: 0 });
    expect((aborted?.done ?? 0) + (aborted?.aborted ?? 0)).toBe(12);
    const rest = await ended(await ask("redrive", { consumer: "many" }, 1_000));
    expect(rest?.done).toBe(12 - (aborted?.done ?? 0));
    const handled = (await seenBy(engines.pool, "many"))
      .map(({ event_id }) => event_id)
      .filter((id) => ids.includes(id));
    expect(handled.toSorted()).toEqual(ids.toSorted());
  });
});

test("a read model that is built anew does without what was discarded, as long as it cannot handle it either", async () => {
  const refused = new Set<string>();
  const stream = newStream();
  const events = Array.from({ length: 2 }, () => storable("test.happened", {}));
  refused.add(events[0]?.id ?? "");
  await engines.store.append(stream, events, "no_stream");
  start(refusing("built_g1", refused));
  await reached("built_g1");
  await ended(await ask("discard", { consumer: "built", orderId: stream.slice("order-".length) }));
  start(refusing("built_g2", refused));
  await reached("built_g2");
  expect(await handledOf("built_g2", stream)).toEqual([events[1]?.id]);
  expect((await letters("built_g2")).map(({ event_id }) => event_id)).not.toContain(events[0]?.id);
  start(witness("built_g3"));
  await reached("built_g3");
  expect(await handledOf("built_g3", stream)).toEqual(events.map(({ id }) => id));
});
