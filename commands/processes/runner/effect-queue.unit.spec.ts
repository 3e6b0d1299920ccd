import { beforeEach, describe, expect, test, vi } from "vitest";
import { EffectQueue } from "./effect-queue.ts";
import type { EffectRow } from "./effects-table.ts";

const BERLIN = { system: "courier", place: "berlin" } as const;
const PARIS = { system: "courier", place: "paris" } as const;

let open = false;
let queue: EffectQueue;

beforeEach(() => {
  open = false;
  queue = new EffectQueue({ atOnce: 2, retriesPerSecond: 10, isOpen: () => open });
});

const effect = (orderId: string, more: Partial<EffectRow> = {}): EffectRow => ({
  orderId,
  id: "courier.offer/1",
  lane: undefined,
  outside: BERLIN,
  early: false,
  forward: false,
  dueAt: 0,
  tries: 0,
  firstFailedAt: undefined,
  ...more,
});

const taken = (): string[] => {
  const ids: string[] = [];
  for (let next = queue.next(); next; next = queue.next()) ids.push(next.orderId);
  return ids;
};

test("an effect is known from the offer until it is forgotten, and begins once", () => {
  expect(queue.offer(effect("a"))).toBe(true);
  expect(queue.offer(effect("a"))).toBe(true);
  expect(taken()).toEqual(["a"]);
  queue.finished(effect("a"));
  expect(queue.offer(effect("a"))).toBe(true);
  expect(taken()).toEqual([]);
  queue.forget(effect("a"));
  queue.offer(effect("a"));
  expect(taken()).toEqual(["a"]);
});

test("what a scan was told of an effect before it was done or put off counts for nothing", () => {
  queue.offer(effect("a"));
  expect(taken()).toEqual(["a"]);
  queue.scanBegins();
  queue.finished(effect("a"));
  queue.forget(effect("a"));
  queue.offer(effect("a"), true);
  expect(taken()).toEqual([]);
  queue.scanBegins();
  queue.offer(effect("a"), true);
  expect(taken()).toEqual(["a"]);
});

describe("each place", () => {
  test("has places of its own, and the turn goes round", () => {
    for (const id of ["a", "b", "c"]) queue.offer(effect(id));
    for (const id of ["d", "e"]) queue.offer(effect(id, { outside: PARIS }));
    queue.offer(effect("f", { outside: undefined }));
    expect(taken()).toEqual(["a", "d", "f", "b", "e"]);
    queue.finished(effect("d", { outside: PARIS }));
    expect(taken()).toEqual([]);
    queue.finished(effect("a"));
    expect(taken()).toEqual(["c"]);
  });

  test("that is full is named, leaves room for others, and asks for more when it has room again", () => {
    let fitting = 0;
    while (queue.offer(effect(`a${fitting}`))) fitting++;
    expect(queue.full()).toEqual(["courier/berlin"]);
    expect(queue.offer(effect("d", { outside: PARIS }))).toBe(true);
    const more: boolean[] = [];
    for (let left = fitting; left > 0; left--) {
      const next = queue.next();
      if (next) more.push(queue.finished(next));
    }
    expect(more.filter(Boolean)).toHaveLength(1);
  });
});

test("a lane with thousands of effects takes no place of others, and nothing overtakes what it left in the table", () => {
  const ofLane = (n: number) => effect(`a${n}`, { lane: "site" });
  let fitting = 0;
  while (queue.offer(ofLane(fitting))) fitting++;
  expect(fitting).toBeLessThan(100);
  expect([queue.fullLanes(), queue.full()]).toEqual([["site"], []]);
  expect(queue.offer(effect("b", { lane: "other site" }))).toBe(true);
  expect(taken()).toEqual(["a0", "b"]);
  // There is room in the lane now; what comes by itself would overtake those that wait in the table.
  queue.finished(effect("a0", { lane: "site" }));
  expect(queue.offer(ofLane(3_000))).toBe(false);
  expect(queue.offer(ofLane(fitting), true)).toBe(true);
  const asks: boolean[] = [];
  for (let next = queue.next(); next; next = queue.next()) asks.push(queue.finished(next));
  expect(asks.filter(Boolean).length).toBeGreaterThan(0);
  queue.caughtUp([], queue.refusals);
  expect(queue.offer(ofLane(3_001))).toBe(true);
});

test("a scan that began before something was refused has not caught up with it", () => {
  const { refusals } = queue;
  for (let n = 0; queue.offer(effect(`a${n}`, { lane: "site" })); n++);
  queue.caughtUp([], refusals);
  taken();
  expect(queue.offer(effect("later", { lane: "site" }))).toBe(false);
});

test("effects of one lane run one at a time, in their order", () => {
  for (const id of ["a", "b"]) queue.offer(effect(id, { lane: "site" }));
  queue.offer(effect("c"));
  expect(taken()).toEqual(["a", "c"]);
  queue.finished(effect("a", { lane: "site" }));
  expect(taken()).toEqual(["b"]);
});

describe("retries", () => {
  test("keep to their pace while the circuit is closed, and what is new goes beside them", () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    try {
      for (const id of ["a", "b", "c"]) queue.offer(effect(id, { early: true }));
      queue.offer(effect("new"));
      expect(taken()).toEqual(["a", "new"]);
      for (const id of ["a", "new"]) queue.finished(effect(id));
      expect(taken()).toEqual([]);
      expect(queue.nextRetryAt()).toBe(performance.now() + 100);
      vi.advanceTimersByTime(99);
      expect(taken()).toEqual([]);
      vi.advanceTimersByTime(1);
      expect(taken()).toEqual(["b"]);
    } finally {
      vi.useRealTimers();
    }
  });

  test("need no pace while the circuit is open: nobody is asked", () => {
    open = true;
    for (const id of ["a", "b", "c"]) queue.offer(effect(id, { early: true }));
    expect(taken()).toEqual(["a", "b"]);
  });
});
