import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import { isolate } from "./isolation.ts";
import { recorded } from "./testing/events.ts";

async function run(events: readonly RecordedEvent[], bad: ReadonlySet<RecordedEvent>) {
  const handled: RecordedEvent[] = [];
  const poisoned: RecordedEvent[] = [];
  let attempts = 0;
  const { heldBack } = await isolate(events, {
    async attempt(part) {
      attempts++;
      if (part.some((event) => bad.has(event))) return { error: new Error("bad") };
      handled.push(...part);
      return undefined;
    },
    async poison(event) {
      poisoned.push(event);
    },
  });
  return { handled, poisoned, heldBack, attempts };
}

describe("isolating poisonous events", () => {
  test("parks the poisonous event alone and lets the other streams through in order", async () => {
    const events = Array.from({ length: 16 }, (_, i) => recorded(i, `order-${i % 4}`));
    const [bad] = events.slice(5, 6);
    if (!bad) throw new Error("no such event");
    const { handled, poisoned, heldBack } = await run(events, new Set([bad]));
    expect(poisoned).toEqual([bad]);
    expect(handled).toEqual(events.filter((event) => event.stream !== "order-1" || event.position.commit < 5n));
    expect(heldBack).toEqual(events.filter((event) => event.stream === "order-1" && event.position.commit > 5n));
  });

  test("handles or keeps every event exactly once and never one of a stream after its poison", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ stream: fc.integer({ min: 0, max: 5 }), bad: fc.boolean() }), { maxLength: 40 }),
        async (specs) => {
          const events = specs.map(({ stream }, i) => recorded(i, `order-${stream}`));
          const bad = new Set(events.filter((_, i) => specs[i]?.bad));
          const { handled, poisoned, heldBack } = await run(events, bad);
          const byPlace = (a: RecordedEvent, b: RecordedEvent) => Number(a.position.commit - b.position.commit);
          expect([...handled, ...poisoned, ...heldBack].toSorted(byPlace)).toEqual(events);
          for (const stream of new Set(events.map((event) => event.stream))) {
            const ofStream = events.filter((event) => event.stream === stream);
            const poison = ofStream.find((event) => bad.has(event));
            const before = poison === undefined ? ofStream : ofStream.slice(0, ofStream.indexOf(poison));
            expect(handled.filter((event) => event.stream === stream)).toEqual(before);
          }
        },
      ),
    );
  });

  test("finds one poisonous event among 512 with a logarithmic number of tries", async () => {
    const events = Array.from({ length: 512 }, (_, i) => recorded(i, `order-${i}`));
    const bad = new Set(events.slice(300, 301));
    expect((await run(events, bad)).attempts).toBeLessThanOrEqual(2 * Math.log2(512) + 1);
  });

  test("costs in proportion to the poison among a batch and not to its square", async () => {
    for (const count of [5, 50]) {
      const events = Array.from({ length: 512 }, (_, i) => recorded(i, `order-${i}`));
      const bad = new Set(
        Array.from({ length: count }, (_, n) => events[Math.floor((n * 512) / count)] ?? recorded(0)),
      );
      const { attempts, poisoned } = await run(events, bad);
      expect(poisoned).toHaveLength(count);
      expect(attempts).toBeLessThanOrEqual(2 * count * (Math.log2(512 / count) + 2));
    }
  });

  test("a batch that is known to fail as a whole is not tried as a whole again; one event alone is", async () => {
    const tried: number[] = [];
    const events = [recorded(0, "order-a"), recorded(1, "order-b"), recorded(2, "order-c")];
    const steps = {
      async attempt(part: readonly RecordedEvent[]) {
        tried.push(part.length);
        return part.some(({ stream }) => stream === "order-b") ? { error: new Error("bad") } : undefined;
      },
      poison: async () => undefined,
    };
    await isolate(events, steps, { failsAsAWhole: true });
    expect(tried).toEqual([1, 2, 1, 1]);
    tried.length = 0;
    await isolate(events.slice(1, 2), steps, { failsAsAWhole: true });
    expect(tried).toEqual([1]);
  });

  test("an event that is passed over holds back nothing of its stream", async () => {
    const events = [recorded(0, "order-a"), recorded(1, "order-a")];
    const { heldBack, parkedStreams } = await isolate(events, {
      attempt: async (part) => (part.includes(events[0] ?? recorded(9)) ? { error: new Error("bad") } : undefined),
      poison: async () => "passed over",
    });
    expect([heldBack, parkedStreams.size]).toEqual([[], 0]);
  });
});
