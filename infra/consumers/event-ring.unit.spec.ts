import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EventRing } from "./event-ring.ts";
import { recorded } from "./testing/events.ts";

const at = (commit: number) => ({ commit: BigInt(commit), prepare: BigInt(commit) });
const roomy = { events: 100, bytes: 1_000_000 };

describe("the ring of recent events", () => {
  test("answers with what comes after a place, in order and at most as many as asked for", () => {
    const ring = new EventRing(undefined, roomy);
    for (const commit of [3, 5, 9]) ring.push(recorded(commit));
    expect(ring.after(undefined, 10).map((event) => event.position.commit)).toEqual([3n, 5n, 9n]);
    expect(ring.after(at(4), 1).map((event) => event.position.commit)).toEqual([5n]);
    expect(ring.countAfter(at(5))).toBe(1);
  });

  test("leaves out what it has already, as after a resubscription", () => {
    const ring = new EventRing(at(4), roomy);
    expect(ring.push(recorded(4))).toBe(false);
    expect(ring.push(recorded(6))).toBe(true);
    expect(ring.push(recorded(6))).toBe(false);
    expect(ring.count).toBe(1);
  });

  test("never claims to be complete for a place before what it has dropped", () => {
    const ring = new EventRing(undefined, { events: 2, bytes: 1_000_000 });
    for (const commit of [3, 5, 9]) ring.push(recorded(commit));
    expect(ring.covers(undefined)).toBe(false);
    expect(ring.covers(at(2))).toBe(false);
    expect(ring.covers(at(3))).toBe(true);
  });

  test("holds no more bytes than allowed, but always the newest event", () => {
    const ring = new EventRing(undefined, { events: 100, bytes: 300 });
    for (let commit = 1; commit <= 20; commit++) ring.push(recorded(commit, "s", "t", "x".repeat(commit * 20)));
    expect(ring.count).toBe(1);
    expect(ring.last).toEqual(at(20));
  });

  test("a reader that follows it in pages of any size sees every event once", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 60 }),
        fc.integer({ min: 1, max: 7 }),
        (steps, page) => {
          const ring = new EventRing(undefined, roomy);
          const commits: bigint[] = [];
          const seen: bigint[] = [];
          let commit = 0;
          let place: ReturnType<typeof at> | undefined;
          for (const step of steps) {
            commit += step;
            commits.push(BigInt(commit));
            ring.push(recorded(commit));
            if (step % 2 === 0) continue;
            for (const event of ring.after(place, page)) {
              seen.push(event.position.commit);
              place = event.position;
            }
          }
          for (;;) {
            const rest = ring.after(place, page);
            if (rest.length === 0) break;
            for (const event of rest) seen.push(event.position.commit);
            place = rest.at(-1)?.position;
          }
          expect(seen).toEqual(commits);
        },
      ),
    );
  });
});
