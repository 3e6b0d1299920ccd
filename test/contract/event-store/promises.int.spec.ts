import { randomUUID } from "node:crypto";
import {
  type AllStreamResolvedEvent,
  type AllStreamSubscription,
  ANY,
  type AppendResult,
  BACKWARDS,
  END,
  type EventData,
  EventStoreDBClient,
  jsonEvent,
  MaxAppendSizeExceededError,
  NO_STREAM,
  type Position,
  START,
  StreamNotFoundError,
  streamNameFilter,
  WrongExpectedVersionError,
} from "@eventstore/db-client";
import { GenericContainer, getContainerRuntimeClient, Wait } from "testcontainers";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startEventNodeProcess } from "./event-node-process.ts";

/** What we rely on an event store for. The same promises hold for the embedded node and for the real server. */
interface Store {
  url: string;
  stop(): Promise<void>;
}

const REAL_SERVER = "eventstore/eventstore:23.10.6-bookworm-slim";
const PORT = 2113;

async function startRealServer(): Promise<Store> {
  const container = await new GenericContainer(REAL_SERVER)
    .withCommand(["--insecure", "--mem-db=false", "--run-projections=None"])
    .withExposedPorts(PORT)
    .withWaitStrategy(Wait.forHttp("/health/live", PORT).forStatusCode(204))
    .start();
  const url = `esdb://${container.getHost()}:${container.getMappedPort(PORT)}?tls=false`;
  return { url, stop: async () => void (await container.stop()) };
}

async function startConfigured(): Promise<Store> {
  if (process.env.EVENTSTORE_URL) return { url: process.env.EVENTSTORE_URL, stop: async () => {} };
  const node = await startEventNodeProcess();
  return { url: node.url, stop: () => node.remove() };
}

/** Why the real server cannot be started here, or undefined when it can. */
async function missingEngine(): Promise<string | undefined> {
  try {
    await getContainerRuntimeClient();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

const noEngine = await missingEngine();
if (noEngine) console.log(`the real server (${REAL_SERVER}) is left out: ${noEngine}`);

promises(process.env.EVENTSTORE_URL ? "the configured event store" : "the embedded event node", startConfigured);
promises(`the real server ${REAL_SERVER}`, startRealServer, noEngine);

/** @param missing why this store cannot be had here: its tests are skipped then, and say so */
function promises(storeName: string, start: () => Promise<Store>, missing?: string): void {
  describe(storeName, () => {
    let store: Store;
    let client: EventStoreDBClient;
    beforeAll(async () => {
      if (missing !== undefined) return;
      store = await start();
      client = EventStoreDBClient.connectionString(store.url);
    }, 180_000);
    afterAll(async () => {
      await client?.dispose();
      await store?.stop();
    });

    beforeEach((context) => {
      if (missing !== undefined) context.skip(`no Docker engine: ${missing}`);
    });

    const newStream = () => `promise-${randomUUID()}`;
    const event = (n: number, id = randomUUID()): EventData => jsonEvent({ id, type: "promise.made", data: { n } });
    const events = (count: number) => Array.from({ length: count }, (_, n) => event(n));
    async function numbers(stream: string): Promise<unknown[]> {
      const seen: unknown[] = [];
      for await (const { event } of client.readStream<{ type: string; data: { n: number } }>(stream))
        seen.push(event?.data.n);
      return seen;
    }
    /** Position of an event; every append of one has it. */
    const positionOf = (result: AppendResult): Position => {
      if (!result.position) throw new Error("an append without a position");
      return result.position;
    };

    it("keeps an event as it was sent: data, metadata, type and id", async () => {
      const stream = newStream();
      const sent = {
        id: randomUUID(),
        type: "order.placed",
        data: { text: "Grüße 🍰", list: [1, null, true] },
        metadata: { cmd: "c-1" },
      };
      await client.appendToStream(stream, jsonEvent(sent));
      for await (const { event } of client.readStream(stream))
        expect(event).toMatchObject({ ...sent, isJson: true, revision: 0n });
    });

    it("lets exactly one of many writers at the same revision win, and tells the others where the stream is", async () => {
      const stream = newStream();
      await client.appendToStream(stream, event(0), { expectedRevision: NO_STREAM });
      const attempts = await Promise.allSettled(
        Array.from({ length: 20 }, (_, n) => client.appendToStream(stream, event(n), { expectedRevision: 0n })),
      );
      const refused = attempts.flatMap((attempt) => (attempt.status === "rejected" ? [attempt.reason] : []));
      expect(refused).toHaveLength(19);
      for (const error of refused) {
        expect(error).toBeInstanceOf(WrongExpectedVersionError);
        expect(error).toMatchObject({ streamName: stream, expectedVersion: 0n, actualVersion: 1n });
      }
      expect(await numbers(stream)).toHaveLength(2);
    });

    it("answers the repeat of an append with the same revision and position, however much came after it", async () => {
      const stream = newStream();
      const batch = events(3);
      const first = await client.appendToStream(stream, batch, { expectedRevision: NO_STREAM });
      for (let i = 0; i < 5; i++) await client.appendToStream(stream, events(20), { expectedRevision: ANY });
      const again = await client.appendToStream(stream, batch, { expectedRevision: NO_STREAM });
      expect(again).toEqual(first);
      expect(await numbers(stream)).toHaveLength(103);
    });

    it("refuses a repeat that goes further than what is stored, and stores nothing of it", async () => {
      const stream = newStream();
      const [a, b] = [event(0), event(1)];
      await client.appendToStream(stream, a, { expectedRevision: NO_STREAM });
      await expect(client.appendToStream(stream, [a, b], { expectedRevision: NO_STREAM })).rejects.toBeInstanceOf(
        WrongExpectedVersionError,
      );
      await expect(client.appendToStream(stream, [a, b], { expectedRevision: ANY })).rejects.toBeInstanceOf(
        WrongExpectedVersionError,
      );
      expect(await numbers(stream)).toEqual([0]);
    });

    it("stores the events of an append together or not at all", async () => {
      const stream = newStream();
      const large = jsonEvent({ type: "promise.made", data: { n: 1, pad: "x".repeat(1_100_000) } });
      await expect(client.appendToStream(stream, [event(0), large])).rejects.toBeInstanceOf(MaxAppendSizeExceededError);
      await expect(numbers(stream)).rejects.toBeInstanceOf(StreamNotFoundError);
      await client.appendToStream(stream, events(50));
      expect(await numbers(stream)).toEqual(Array.from({ length: 50 }, (_, n) => n));
    });

    it("gives every event a position of its own, ascending in the order of $all, and pages over it without gap or repeat", async () => {
      const stream = newStream();
      const first = await client.appendToStream(stream, events(1));
      for (let i = 0; i < 10; i++) await client.appendToStream(i % 2 ? stream : newStream(), events(3));
      const page = async (from: Position) => {
        const out: AllStreamResolvedEvent[] = [];
        for await (const resolved of client.readAll({ fromPosition: from, maxCount: 7 })) out.push(resolved);
        return out;
      };
      const paged: bigint[] = [];
      let from = positionOf(first);
      for (let size = 7; size === 7; ) {
        const seen = (await page(from)).map(({ event }) => event?.position);
        size = seen.length;
        const last = seen.at(-1);
        // From a position is inclusive: each page begins with the last event of the one before.
        paged.push(...seen.flatMap((position) => (position ? [position.commit] : [])).slice(paged.length ? 1 : 0));
        if (last) from = last;
      }
      expect(new Set(paged).size).toBe(paged.length);
      expect(paged).toEqual([...paged].sort((a, b) => (a < b ? -1 : 1)));
      expect(paged.length).toBeGreaterThanOrEqual(31);
    });

    it("has what it acknowledged for readers at once", async () => {
      for (let i = 0; i < 20; i++) {
        const stream = newStream();
        const { position } = await client.appendToStream(stream, event(i));
        expect(await numbers(stream)).toEqual([i]);
        for await (const { event } of client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount: 1 }))
          expect(event?.position?.commit).toBeGreaterThanOrEqual(position?.commit ?? 0n);
      }
    });

    it("hands a subscription everything after its position once and in order, while appends go on", async () => {
      const prefix = newStream();
      const start = positionOf(await client.appendToStream(`${prefix}-0`, events(200)));
      const got: bigint[] = [];
      const done = Promise.withResolvers<void>();
      const opened: AllStreamSubscription[] = [];
      // A store may end a subscription that is too slow; whoever resubscribes from the last event misses nothing.
      const subscribe = (fromPosition: Position) => {
        const open = client.subscribeToAll({ fromPosition, filter: streamNameFilter({ prefixes: [prefix] }) });
        opened.push(open);
        let last = fromPosition;
        open.on("data", ({ event }) => {
          if (!event?.position) return;
          last = event.position;
          if (got.push(last.commit) === 400) done.resolve();
        });
        open.on("error", () => subscribe(last));
      };
      subscribe(start);
      await Promise.all(Array.from({ length: 400 }, (_, n) => client.appendToStream(`${prefix}-${n % 10}`, event(n))));
      await done.promise;
      await opened.at(-1)?.unsubscribe();
      expect(got).toEqual([...new Set(got)].sort((a, b) => (a < b ? -1 : 1)));
      expect(got[0]).toBeGreaterThan(start.commit);
    });

    it("tells a filtered subscription how far it is although nothing matches", async () => {
      const start = positionOf(await client.appendToStream(newStream(), event(0)));
      const last = positionOf(await client.appendToStream(newStream(), events(300)));
      const reached = Promise.withResolvers<Position>();
      const checkpointReached = async (_: unknown, position: Position) => {
        // The store tells after whole windows; what lies in the last one may still be untold.
        if (position.commit > start.commit) reached.resolve(position);
      };
      const filter = streamNameFilter({ prefixes: [newStream()], maxSearchWindow: 32, checkpointReached });
      const subscription = client.subscribeToAll({ fromPosition: start, filter });
      subscription.on("data", () => {});
      expect((await reached.promise).commit).toBeLessThanOrEqual(last.commit);
      await subscription.unsubscribe();
    });

    it("follows one stream from the start into what is appended later", async () => {
      const stream = newStream();
      await client.appendToStream(stream, events(3));
      const subscription = client.subscribeToStream(stream, { fromRevision: START });
      subscription.once("caughtUp", () => client.appendToStream(stream, events(3)));
      const revisions: bigint[] = [];
      for await (const { event } of subscription) {
        if (event) revisions.push(event.revision);
        if (revisions.length === 6) break;
      }
      await subscription.unsubscribe();
      expect(revisions).toEqual([0n, 1n, 2n, 3n, 4n, 5n]);
    });

    it("keeps the metadata that was set on a stream, in a stream of its own", async () => {
      const stream = newStream();
      await client.appendToStream(stream, event(0));
      await client.setStreamMetadata(stream, { maxCount: 100, owner: "kitchen" });
      expect((await client.getStreamMetadata(stream)).metadata).toEqual({ maxCount: 100, owner: "kitchen" });
      expect(await numbers(stream)).toEqual([0]);
    });

    it("goes on after a refused append, and with others in flight", async () => {
      const wrong = newStream();
      const attempts = await Promise.allSettled(
        Array.from({ length: 30 }, (_, n) =>
          n % 3 === 0
            ? client.appendToStream(wrong, event(n), { expectedRevision: 5n })
            : client.appendToStream(newStream(), event(n)),
        ),
      );
      expect(attempts.filter(({ status }) => status === "fulfilled")).toHaveLength(20);
    });
  });
}
