import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { AllReader, EventStore } from "../event-store/port.ts";
import { createLog } from "../log.ts";
import { type Feed, type FeedOptions, startFeed } from "./feed.ts";
import type { Place } from "./position.ts";
import { type Engines, eventually, startEngines } from "./testing/engines.ts";
import { storable } from "./testing/events.ts";

const log = createLog("test", "silent");
const never = new AbortController().signal;
let engines: Engines;
let feed: Feed;

beforeAll(async () => {
  engines = await startEngines();
});
afterEach(() => feed.close());
afterAll(() => engines.stop());

function open(store: EventStore, more: Partial<FeedOptions> = {}): Feed {
  feed = startFeed({ store, log, watchdogMs: 100, ...more });
  return feed;
}

async function append(count: number): Promise<string[]> {
  const events = Array.from({ length: count }, () => storable("test.happened", {}));
  await engines.store.append(`order-${randomUUID()}`, events, "no_stream");
  return events.map(({ id }) => id);
}

/** Reads until so many events have come, and answers with their ids. */
async function follow(from: Place, count: number, max = 100) {
  const cursor = feed.cursor();
  const ids: string[] = [];
  let place = from;
  await eventually(async () => {
    const page = await cursor.read(place, max, never, 50);
    place = page.next;
    ids.push(...page.events.map((event) => event.id));
    expect(ids.length).toBeGreaterThanOrEqual(count);
  });
  return { ids, place };
}

/** The real store, whose subscriptions a test can make silent or end. */
function moodyStore() {
  const readers: AllReader[] = [];
  let silent = false;
  let opened = 0;
  const store: EventStore = {
    ...engines.store,
    subscribeToAll(after, reader) {
      opened++;
      readers.push(reader);
      const mute = silent;
      silent = false;
      return engines.store.subscribeToAll(after, { ...reader, event: (event) => mute || reader.event(event) });
    },
  };
  return {
    store,
    opened: () => opened,
    beSilent: () => {
      silent = true;
    },
    end: () => readers.at(-1)?.ended(new Error("Consumer too slow to handle event while live")),
  };
}

test("a subscription that goes silent without an error is found and opened again", async () => {
  const { store, beSilent, opened } = moodyStore();
  beSilent();
  open(store);
  const start = await engines.store.head();
  await eventually(() => expect(feed.status().subscribed).toBe(true));
  const ids = await append(3);
  expect((await follow(start, 3)).ids).toEqual(ids);
  expect(opened()).toBe(2);
});

test("a subscription that the server ends is opened again, and nothing is missed or repeated", async () => {
  const { store, end } = moodyStore();
  open(store);
  await eventually(() => expect(feed.status().subscribed).toBe(true));
  const start = await engines.store.head();
  const before = await append(2);
  await follow(start, 2);
  end();
  const after = await append(2);
  expect((await follow(start, 4)).ids).toEqual([...before, ...after]);
});

test("a reader far behind a small ring sees the same as one that keeps up", async () => {
  open(engines.store, { ringEvents: 5 });
  await eventually(() => expect(feed.status().subscribed).toBe(true));
  const start = await engines.store.head();
  const ids: string[] = [];
  for (let n = 0; n < 10; n++) ids.push(...(await append(7)));
  await eventually(async () => expect(feed.status().last).toEqual(await engines.store.head()));
  expect(feed.status().ringEvents).toBe(5);
  const behind = await follow(start, ids.length, 9);
  expect(behind.ids).toEqual(ids);
  expect(feed.lagOf(behind.place)).toEqual({ events: 0, exact: true, oldestAt: undefined });
  expect(feed.lagOf(start).exact).toBe(false);
});

test("a reading that is aborted ends at once with nothing", async () => {
  open(engines.store);
  const stop = new AbortController();
  const reading = feed.cursor().read(await engines.store.head(), 10, stop.signal, 60_000);
  stop.abort();
  expect((await reading).events).toEqual([]);
});
