import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:http2";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EventStoreDBClient, jsonEvent, START } from "@eventstore/db-client";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { read } from "../calls/read.ts";
import { type EventNode, startEventNode } from "../event-node.ts";
import type { CallError } from "../http/errors.ts";
import type { Answers } from "../http/grpc-call.ts";
import { LIMITS } from "../limits.ts";
import { openDatabase } from "../log/database.ts";
import { EventLog } from "../log/event-log.ts";
import { Writer } from "../log/writer.ts";
import { LiveSubscribers } from "./live-subscribers.ts";
import { AllSubscription } from "./subscribe-all.ts";
import { StreamSubscription } from "./subscribe-stream.ts";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "event-node-"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

/** A client that takes what it is sent only when told to, and counts. */
class SlowClient implements Answers {
  over = false;
  unsent = 0;
  largest = 0;
  sends = 0;
  bytes = 0;
  failure: CallError | undefined;
  #waiting: (() => void)[] = [];

  get hasRoom(): boolean {
    return this.unsent < LIMITS.unsentBytes;
  }
  send(bytes: Buffer): void {
    this.sends++;
    this.bytes += bytes.length;
    this.unsent += bytes.length;
    this.largest = Math.max(this.largest, this.unsent);
  }
  room(): Promise<void> {
    return this.hasRoom ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve));
  }
  end(): void {
    this.over = true;
  }
  fail(error: CallError): void {
    this.failure = error;
    this.over = true;
  }
  onClose(): void {}
  /** Takes everything that waits. */
  take(): void {
    this.unsent = 0;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

const all = {
  streamName: undefined,
  from: "start",
  backwards: false,
  resolveLinks: false,
  extent: { kind: "subscription" },
  filter: undefined,
} as const;

describe("a subscriber that does not take its events", () => {
  const EVENT_BYTES = 10_000;

  /** A log with its writer and live subscribers, without sockets. */
  function openLog() {
    const { db } = openDatabase(dir);
    const log = new EventLog(db);
    const live = new LiveSubscribers();
    const fatal = (error: Error) => {
      throw error;
    };
    const writer = new Writer(db, log, { onCommitted: (events) => live.publish(events), onFatal: fatal, onPoint() {} });
    const append = (count: number) => {
      for (let i = 0; i < count; i++) {
        const id = crypto.getRandomValues(new Uint8Array(16));
        const data = Buffer.alloc(EVENT_BYTES);
        const event = { id, type: "t", json: false, metadata: Buffer.alloc(0), data, size: EVENT_BYTES };
        const options = { streamName: "s", expected: -2, deadline: undefined };
        const change = { kind: "append", options, events: [event] } as const;
        writer.write({ change, size: EVENT_BYTES, abandoned: () => false, settle() {} });
        writer.drain();
      }
    };
    return { db, log, live, append };
  }

  async function takeAll(client: SlowClient, atLeast: number): Promise<void> {
    while (client.bytes < atLeast) {
      client.take();
      await new Promise(setImmediate);
    }
  }

  for (const kind of ["$all", "a stream"]) {
    it(`of ${kind} is sent a bounded amount, and everything in the end`, async () => {
      const { db, log, live, append } = openLog();
      append(10);
      const client = new SlowClient();
      if (kind === "$all") new AllSubscription(client, all, log, live).start();
      else new StreamSubscription(client, "s", all, log, live).start();
      await takeAll(client, 10 * EVENT_BYTES);
      // More than the ring of live events holds.
      const count = Math.ceil((LIMITS.ringBytes * 1.5) / EVENT_BYTES);
      append(count);
      expect(client.largest).toBeLessThan(LIMITS.unsentBytes + 2 * LIMITS.pageBytes);
      await takeAll(client, (10 + count) * EVENT_BYTES);
      append(1);
      await takeAll(client, (11 + count) * EVENT_BYTES);
      expect(client.largest).toBeLessThan(LIMITS.unsentBytes + 2 * LIMITS.pageBytes);
      expect(client.bytes).toBeLessThan((11 + count) * (EVENT_BYTES + 300));
      expect(client.failure).toBeUndefined();
      db.close();
    });
  }

  it("and cancels ends the reading of the log", async () => {
    const { db, log, append } = openLog();
    append(200);
    const client = new SlowClient();
    const reading = read(client, { ...all, extent: { kind: "count", count: 200 } }, 200, log);
    client.over = true;
    client.take();
    await reading;
    expect(client.sends).toBe(1);
    db.close();
  });
});

describe("a node", () => {
  let node: EventNode;
  beforeEach(async () => {
    node = await startEventNode({ port: 0, dataDir: dir });
  });
  afterEach(() => node.close());

  it("serves others while a subscriber on the same machine has stopped reading", async () => {
    const slow = EventStoreDBClient.connectionString(node.url);
    const subscription = slow.subscribeToAll({ fromPosition: START });
    await new Promise((resolve) => subscription.once("confirmation", resolve));
    const batch = () => Array.from({ length: 50 }, () => jsonEvent({ type: "t", data: { pad: "x".repeat(10_000) } }));
    // Nothing listens for data, so the subscription's window fills and stays full.
    for (let i = 0; i < 20; i++) await slow.appendToStream(`s-${i}`, batch());
    let seen = 0;
    let last = -1n;
    for await (const { event } of subscription) {
      expect(event?.position?.commit).toBeGreaterThan(last);
      last = event?.position?.commit ?? last;
      if (++seen === 1_000) break;
    }
    await subscription.unsubscribe();
    await slow.dispose();
  });

  it("ends open subscriptions with UNAVAILABLE when it is closed, so that their clients reconnect", async () => {
    const client = EventStoreDBClient.connectionString(node.url);
    const subscription = client.subscribeToAll({ fromPosition: START });
    const ended = new Promise<Error>((resolve) => subscription.once("error", resolve));
    await new Promise((resolve) => subscription.once("caughtUp", resolve));
    await node.close();
    expect(await ended).toMatchObject({ type: "unavailable" });
    await client.dispose();
  });

  it("ends a call at its deadline, and one with a message that is too large", async () => {
    const session = connect(`http://127.0.0.1:${node.port}`);
    const call = async (headers: Record<string, string>, body: Buffer) => {
      const request = session.request({
        ":method": "POST",
        ":path": "/event_store.client.streams.Streams/BatchAppend",
        "content-type": "application/grpc",
        te: "trailers",
        ...headers,
      });
      const status = new Promise((resolve) => {
        request.on("response", (answer) => answer["grpc-status"] && resolve(answer["grpc-status"]));
        request.on("trailers", (answer) => resolve(answer["grpc-status"]));
      });
      request.write(body);
      request.resume();
      const answer = await status;
      request.close();
      return answer;
    };
    expect(await call({ "grpc-timeout": "50m" }, Buffer.alloc(0))).toBe("4");
    const head = Buffer.alloc(5);
    head.writeUInt32BE(LIMITS.messageSize + 1, 1);
    expect(await call({}, head)).toBe("8");
    expect(
      await call(
        { ":path": "/event_store.client.persistent_subscriptions.PersistentSubscriptions/Read" },
        Buffer.alloc(0),
      ),
    ).toBe("12");
    session.close();
  });

  it("answers plain HTTP on the same port", async () => {
    const base = `http://127.0.0.1:${node.port}`;
    expect((await fetch(`${base}/health/live`)).status).toBe(204);
    expect((await fetch(`${base}/health/ready`)).status).toBe(204);
    expect(await (await fetch(`${base}/info`)).json()).toMatchObject({ esVersion: "23.10.6.0", state: "leader" });
    expect(await (await fetch(`${base}/gossip`)).json()).toMatchObject({
      members: [{ state: "Leader", isAlive: true, httpEndPointPort: node.port }],
    });
    expect((await fetch(`${base}/else`)).status).toBe(404);
    expect((await fetch(base, { method: "POST", body: "x" })).status).toBe(405);
  });
});
