import { beforeEach, describe, expect, test } from "vitest";
import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import { chained } from "../../test/fixtures/chained.ts";
import type { OpenLive } from "./echo.ts";
import { LiveSource } from "./live.ts";

const [first, second] = chained("thing-1", [
  { type: "thing.happened", data: {} },
  { type: "thing.happened", data: {} },
]) as [RecordedEvent, RecordedEvent];

/** What a follower and the echo were told, in order. */
const told: string[] = [];
const owns: Parameters<OpenLive>[0][] = [];
let stopped = 0;
let live: LiveSource;

beforeEach(() => {
  told.length = 0;
  owns.length = 0;
  stopped = 0;
  live = new LiveSource((own) => {
    owns.push(own);
    return () => {
      stopped++;
    };
  });
  live.follow({ event: ({ revision }) => told.push(`event ${revision}`), gap: () => told.push("gap") });
});

const echo = {
  ready: () => told.push("ready"),
  event: ({ revision }: RecordedEvent) => told.push(`echo ${revision}`),
  ended: () => told.push("ended"),
};

describe("the live log of a process", () => {
  test("is heard from a reading of its own while nobody else has one", () => {
    const stop = live.hear(echo);
    expect(live.open).toBe(false);
    owns[0]?.event(first);
    owns[0]?.ready();
    owns[0]?.event(second);
    expect([live.open, ...told]).toEqual([true, "gap", "ready", "event 1", "echo 1"]);
    stop();
    expect([live.open, stopped]).toEqual([false, 1]);
  });

  test("is heard from a feed's reading as soon as the store has taken that, and then only from it", () => {
    live.hear(echo);
    owns[0]?.ready();
    const feed = live.reading();
    feed.event(first);
    expect(told).toEqual(["gap", "ready"]);
    feed.confirmed();
    expect(stopped).toBe(1);
    told.length = 0;
    feed.event(second);
    owns[0]?.event(second);
    expect(told).toEqual(["event 1", "echo 1"]);
    feed.ended();
    expect([live.open, ...told.slice(2)]).toEqual([false, "gap", "ended"]);
  });

  test("goes on with another feed's reading when one ends, after a gap", () => {
    const [one, other] = [live.reading(), live.reading()];
    one.confirmed();
    other.confirmed();
    told.length = 0;
    other.event(first);
    expect(told).toEqual([]);
    one.ended();
    other.event(second);
    expect(told).toEqual(["gap", "event 1"]);
    live.hear(echo);
    expect([owns.length, told.at(-1)]).toEqual([0, "ready"]);
  });

  test("has been heard up to the sending of an append that came by, until something may have been missed", () => {
    const feed = live.reading();
    const before = live.sent();
    feed.confirmed();
    before();
    expect(live.heardUpTo).toBe(Number.NEGATIVE_INFINITY);
    const sent = live.sent();
    const at = performance.now();
    sent();
    expect(live.heardUpTo).toBeLessThanOrEqual(at);
    expect(live.heardUpTo).toBeGreaterThan(0);
    feed.ended();
    expect(live.heardUpTo).toBe(Number.NEGATIVE_INFINITY);
  });
});
