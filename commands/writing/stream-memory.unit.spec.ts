import { beforeEach, describe, expect, test } from "vitest";
import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import type { LiveFollower } from "../../infra/event-store/port.ts";
import { chained, type Fact } from "../../test/fixtures/chained.ts";
import { type Aggregate, fromBirth, StreamMemory } from "./stream-memory.ts";

/** Counts events; one that is called spoilt cannot be folded. */
const counter: Aggregate<number> = {
  name: "counter",
  initial: 0,
  evolve(state, { type }) {
    if (type === "spoilt") throw new TypeError("spoilt");
    return state + 1;
  },
};
const STREAM = "counter-1";
const HOUR = 3_600_000;
const of = (count: number, spoilt?: number): RecordedEvent[] =>
  chained(
    STREAM,
    Array.from({ length: count }, (_, n): Fact => ({ type: n === spoilt ? "spoilt" : "counted", data: {} })),
  );

let stored: readonly RecordedEvent[];
let reads: number;
let follower: LiveFollower;
/** Called while a reading is under way. */
let whileReading: () => void;
const live = {
  open: true,
  heardUpTo: 0,
  follow: (given: LiveFollower) => {
    follower = given;
  },
};

const memoryOf = () =>
  new StreamMemory(
    {
      live,
      readStream: async (_stream, { from = 0n } = {}) => {
        reads++;
        const page = stored.filter(({ revision }) => revision >= from);
        await Promise.resolve();
        whileReading();
        return page;
      },
    },
    [fromBirth(counter)],
  );

let memory: StreamMemory;
const hear = (...events: readonly (RecordedEvent | undefined)[]) => {
  for (const event of events) if (event) follower.event(event);
};
const known = () => memory.remembered<number>(STREAM)?.state;
const recent = async () => (await memory.recent(STREAM, counter, HOUR)).state;

beforeEach(() => {
  stored = [];
  reads = 0;
  whileReading = () => {};
  live.open = true;
  live.heardUpTo = Number.POSITIVE_INFINITY;
  memory = memoryOf();
});

describe("streams whose events come by in the live log", () => {
  test("are known from their first event, and are not read", async () => {
    hear(...of(20));
    expect([known(), await recent(), reads]).toEqual([20, 20, 0]);
  });

  test("are read once when they were older, and what comes by during the reading is not lost", async () => {
    const events = of(6);
    stored = events.slice(0, 3);
    whileReading = () => hear(events[2], events[3], events[4]);
    expect(await recent()).toBe(3);
    expect(known()).toBe(5);
    hear(events[5]);
    expect([await recent(), reads]).toEqual([6, 1]);
  });

  test("are read when the live log has not been heard up to now", async () => {
    stored = of(4);
    hear(...stored.slice(0, 2));
    live.heardUpTo = Number.NEGATIVE_INFINITY;
    expect([await recent(), reads]).toEqual([4, 1]);
  });

  test("are read again after something may have been missed", async () => {
    stored = of(5);
    hear(...stored.slice(0, 2));
    follower.gap();
    hear(stored[4]);
    expect([known(), await recent(), reads]).toEqual([2, 5, 1]);
  });

  test("are read again when something was missed while they were read, or an event is left out", async () => {
    stored = of(5).slice(0, 3);
    whileReading = () => follower.gap();
    await recent();
    whileReading = () => {};
    hear(of(5)[3]);
    expect(known()).toBe(3);
    memory.forget(STREAM);
    await recent();
    hear(of(5)[4]);
    expect(known()).toBe(3);
    stored = of(5);
    memory.forget(STREAM);
    expect(await recent()).toBe(5);
  });

  test("stay as they were with an event that cannot be folded; whoever reads them meets it", async () => {
    stored = of(3, 2);
    hear(...stored);
    expect(known()).toBe(0);
    await expect(recent()).rejects.toThrow("spoilt");
  });

  test("take further what a caller has folded itself", async () => {
    const events = of(4);
    const loaded = await memory.refresh(STREAM, counter);
    memory.advance(loaded, counter, events.slice(0, 2));
    hear(...events);
    expect([known(), await recent(), reads]).toEqual([4, 4, 1]);
  });
});
