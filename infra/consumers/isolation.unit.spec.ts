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
});
