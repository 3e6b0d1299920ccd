import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ChainWalk } from "../../domain/chain/chain.ts";
import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import type { EventStore } from "../../infra/event-store/port.ts";
import { type ThrowawayStore, throwawayStore } from "../../infra/event-store/testing.ts";
import type { Decided, Envelope } from "./build-events.ts";
import type { Aggregate } from "./stream-memory.ts";
import { StreamWriter } from "./writer.ts";

/** Counts what has happened; enough of an aggregate to see who decided on what. */
const counter: Aggregate<number> = { name: "counter", initial: 0, evolve: (state) => state + 1 };
const happened = (what: string): Decided => ({ type: "test.happened", data: { what } });

let events: ThrowawayStore;
let store: EventStore;

beforeAll(async () => {
  events = await throwawayStore();
  store = events.store;
});

afterAll(() => events.stop());

const writerOf = (instance: string, over: EventStore = store) =>
  new StreamWriter(over, { service: { role: "test", version: "0", instance }, region: "local" });

const envelope = (cmd: string, fp = "f".repeat(32)): Envelope => ({
  cmd,
  fp,
  at: new Date().toISOString(),
  actor: { type: "system", id: "test" },
  correlationId: "c",
  causationId: "r",
});

function write(
  writer: StreamWriter,
  stream: string,
  cmd: string,
  decide: (n: number) => readonly Decided[],
  more = {},
) {
  return writer.write({ stream, aggregate: counter, kind: "command", envelope: envelope(cmd), decide, ...more });
}

const verify = (stream: string, events: readonly RecordedEvent[]) => {
  const walk = new ChainWalk(stream);
  for (const event of events) walk.next(event);
  return walk.end();
};

describe("writing to a stream", () => {
  test("a repeated command answers from the first one's events and decides nothing", async () => {
    const stream = `test-${randomUUID()}`;
    const first = await write(writerOf("a"), stream, "one", () => [happened("x")]);
    const again = await write(writerOf("b"), stream, "one", () => {
      throw new Error("decided again");
    });
    expect(again).toMatchObject({ repeated: true, own: first.own });
    expect(await store.readStream(stream)).toHaveLength(1);
  });

  test("the same cmd with another fingerprint is refused for a command and appended for a fact", async () => {
    const stream = `test-${randomUUID()}`;
    const writer = writerOf("a");
    await write(writer, stream, "one", () => [happened("timed out")]);
    const other = { envelope: envelope("one", "0".repeat(32)) };
    await expect(write(writer, stream, "one", () => [happened("charged")], other)).rejects.toMatchObject({
      type: "idempotency_key_reused",
    });
    await write(writer, stream, "one", () => [happened("charged")], { ...other, kind: "fact" });
    expect((await store.readStream(stream)).map(({ data }) => data)).toEqual([
      { what: "timed out" },
      { what: "charged" },
    ]);
  });

  test("what one process remembers never hides what another has written", async () => {
    const stream = `test-${randomUUID()}`;
    const [a, b] = [writerOf("a"), writerOf("b")];
    await write(a, stream, "one", () => [happened("1")]);
    await write(b, stream, "two", () => [happened("2")]);
    const seen = await write(a, stream, "three", (n) => (n === 2 ? [] : [happened("stale")]));
    expect(seen.loaded.state).toBe(2);
    const refused = write(a, stream, "four", (n) => {
      if (n < 3) throw new Error(`refused at ${n}`);
      return [];
    });
    await expect(refused).rejects.toThrow("refused at 2");
  });

  test("two processes that carry out the same command differently at once store and answer one of the two", async () => {
    for (let round = 0; round < 20; round++) {
      const stream = `test-${randomUUID()}`;
      const short = () => [happened("placed")];
      const long = () => [happened("placed"), happened("sold out")];
      const [a, b] = await Promise.all([
        write(writerOf("a"), stream, "place", short, { expectNew: true }),
        write(writerOf("b"), stream, "place", long, { expectNew: true }),
      ]);
      const stored = await store.readStream(stream);
      expect(a.own?.events.map(({ id }) => id)).toEqual(stored.map(({ id }) => id));
      expect(b.own).toEqual(a.own);
      expect(verify(stream, stored)).toEqual([]);
    }
  });

  test("many writers from two processes leave one unbroken chain with every command in it once", async () => {
    const stream = `test-${randomUUID()}`;
    const writers = [writerOf("a"), writerOf("b")];
    await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        writers.map((writer) => write(writer, stream, `cmd-${i}`, () => [happened(String(i))])),
      ).flat(),
    );
    const stored = await store.readStream(stream);
    expect(stored).toHaveLength(40);
    expect(new Set(stored.map(({ metadata }) => metadata.cmd)).size).toBe(40);
    expect(verify(stream, stored)).toEqual([]);
  });

  test("If-Match is checked after the look for the own command", async () => {
    const stream = `test-${randomUUID()}`;
    const writer = writerOf("a");
    await write(writer, stream, "one", () => [happened("1")], { ifRevision: -1n });
    await expect(write(writer, stream, "two", () => [happened("2")], { ifRevision: 5n })).rejects.toMatchObject({
      type: "revision_mismatch",
    });
    expect(await write(writer, stream, "one", () => [], { ifRevision: 5n })).toMatchObject({ repeated: true });
  });

  test("an append whose answer was lost is found again and not made twice", async () => {
    const stream = `test-${randomUUID()}`;
    let lost = 0;
    const forgetful: EventStore = {
      ...store,
      async append(...given) {
        const appended = await store.append(...given);
        if (lost++ === 0) throw new Error("connection lost after the commit");
        return appended;
      },
    };
    const writer = writerOf("a", forgetful);
    await expect(write(writer, stream, "one", () => [happened("1")])).rejects.toThrow("connection lost");
    expect(await write(writer, stream, "one", () => [happened("1")])).toMatchObject({ repeated: true });
    expect(await store.readStream(stream)).toHaveLength(1);
  });

  test("a repeat shows the stream as it is now, also what another process has added since", async () => {
    const stream = `test-${randomUUID()}`;
    const [a, b] = [writerOf("a"), writerOf("b")];
    const first = await write(a, stream, "one", () => [happened("1")]);
    await write(b, stream, "two", () => [happened("2")]);
    const again = await write(a, stream, "one", () => [happened("1")]);
    expect(again).toMatchObject({ repeated: true, own: first.own, loaded: { revision: 1n, state: 2 } });
  });

  test("a repeat that decides less answers from everything that the first one has stored", async () => {
    const stream = `test-${randomUUID()}`;
    const first = await write(writerOf("a"), stream, "one", () => [happened("placed"), happened("sold out")]);
    // Both were under way at once: the events of the first came by while the second waited for its own.
    const listening: EventStore = {
      ...store,
      async append(of, events, expected) {
        const appended = await store.append(of, events, expected);
        return { ...appended, stored: await store.readStream(of, { limit: events.length }) };
      },
    };
    const second = await write(writerOf("b", listening), stream, "one", () => [happened("placed")], {
      expectNew: true,
    });
    expect(second).toMatchObject({ own: first.own, loaded: { revision: 1n, state: 2 } });
  });
});
