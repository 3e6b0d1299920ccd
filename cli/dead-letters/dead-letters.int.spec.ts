import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../../infra/clock.ts";
import { startFeed } from "../../infra/consumers/feed.ts";
import { readPosition } from "../../infra/consumers/fence.ts";
import { startConsumer } from "../../infra/consumers/run-consumer.ts";
import { type Engines, eventually, startEngines } from "../../infra/consumers/testing/engines.ts";
import { storable } from "../../infra/consumers/testing/events.ts";
import { WITNESS_TABLE, witness } from "../../infra/consumers/testing/witness.ts";
import { runDesk } from "../../infra/dead-letters/desk.ts";
import { createLog } from "../../infra/log.ts";
import { MIGRATIONS } from "../database/migrations.ts";
import { type Ran, runHere } from "../testing-command.ts";

const log = createLog("test", "silent");
const stop = new AbortController();
const refused = new Set<string>();
const running: Promise<void>[] = [];
let engines: Engines;
let data: string;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), "ordertrail-letters-"));
  engines = await startEngines(MIGRATIONS);
  const { pool, store } = engines;
  await pool.query(WITNESS_TABLE);
  for (let n = 0; n < 3; n++) {
    const events = [storable("test.happened", {}), storable("test.happened", {})];
    refused.add(events[0]?.id ?? "");
    await store.append(`order-${randomUUID()}`, events, "no_stream");
  }
  const inner = witness("orders_g1");
  const consumer: typeof inner = {
    ...inner,
    async apply(batch, tx, context) {
      await inner.apply(batch, tx, context);
      if (batch.some(({ id }) => refused.has(id))) throw new TypeError("cannot read this");
    },
  };
  const feed = startFeed({ store, log });
  const options = { pool, feed, leaseMs: 5_000, instance: "test", log, clock: systemClock, signal: stop.signal };
  running.push(startConsumer({ ...options, consumer }).done.then(() => feed.close()));
  running.push(runDesk({ pool, clock: systemClock, log, signal: stop.signal }));
  const head = await store.head();
  await eventually(async () => expect((await readPosition(pool, "orders_g1")).place).toEqual(head));
});

afterAll(async () => {
  stop.abort();
  await Promise.all(running);
  await engines?.stop();
  await rm(data, { recursive: true, force: true });
});

const ran = (...args: string[]): Promise<Ran> =>
  runHere({ DATABASE_URL: engines.databaseUrl, EVENTSTORE_URL: engines.storeUrl, ORDERTRAIL_DATA: data }, [
    "dead-letters",
    ...args,
  ]);

const idsNow = async (): Promise<string[]> =>
  JSON.parse((await ran("list", "--json")).out).letters.map(({ id }: { id: string }) => id);

test("letters are listed with counts, shown, looked at, redriven and discarded from the command line", async () => {
  const { out } = await ran("list", "--consumer", "orders");
  expect(out).toMatch(/^ +3 {2}orders {2}invalid_message \(poison\) {2}TypeError {2}since /);
  const [first = "", second = ""] = await idsNow();
  expect((await ran("show", first)).out).toMatch(/payload\n.*stack\n.*cannot read this/s);

  const failing = await ran("preview", first);
  expect(failing).toMatchObject({ code: 1, out: expect.stringContaining("would fail again: TypeError") });
  refused.clear();
  const passing = await ran("preview", first);
  expect(passing).toMatchObject({
    code: 0,
    out: expect.stringMatching(/would be handled, with what waited behind it \(1\); rows: 2 in witness.seen/),
  });

  const redriven = await ran("redrive", first, "--reason", "the reader was fixed");
  expect(redriven).toMatchObject({
    code: 0,
    out: expect.stringMatching(/was handled, with what waited behind it \(1\)\n.* 1 of 1 done/),
  });
  const discarded = await ran("discard", second, "--reason", "a test order", "--by", "olga");
  expect(discarded).toMatchObject({
    code: 0,
    out: expect.stringContaining("discard by admin:olga  done: 1 of 1 done"),
  });
  const rest = await ran("redrive", "--all", "--json");
  expect(JSON.parse(rest.out).job).toMatchObject({ state: "done", total: 1, done: 1 });

  expect((await ran("list")).out).toBe("Nothing is parked.\n");
  expect((await ran("list", "--state", "discarded")).out).toContain("discarded");
  expect((await ran("jobs")).out.trim().split("\n")).toHaveLength(3);
  expect((await ran("rules")).out).toContain("new-version  (0 parked)");
});

test("what would be everything by mistake, or is no id, is refused before anything is asked", async () => {
  await expect(ran("redrive")).rejects.toThrow("name letters, a filter, or --all");
  await expect(ran("discard", "--reason", "all of it")).rejects.toThrow("not everything is discarded");
  await expect(ran("show", "42")).rejects.toThrow('"42" is no id of a letter');
  await expect(ran("list", "--before", "yesterday")).rejects.toThrow("--before takes a time");
});
