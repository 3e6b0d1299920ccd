import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  ANY,
  EventStoreDBClient,
  jsonEvent,
  NO_STREAM,
  StreamDeletedError,
  StreamNotFoundError,
  WrongExpectedVersionError,
} from "@eventstore/db-client";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startEventNodeProcess } from "../../../test/contract/event-store/event-node-process.ts";
import { checkFile } from "../check/check-file.ts";
import { type EventNode, startEventNode } from "../event-node.ts";
import type { Scavenge } from "./scavenge-record.ts";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "event-node-scavenge-"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const event = (id: string = randomUUID()) => jsonEvent({ id, type: "happened", data: { id, pad: "x".repeat(300) } });
const events = (count: number) => Array.from({ length: count }, () => event());
const nextTurn = () => new Promise((resolve) => setTimeout(resolve, 5));

async function json<T>(url: string, method = "GET"): Promise<T> {
  // What the node answers there is what its own code wrote.
  return (await (await fetch(url, { method })).json()) as T;
}

/** Starts a scavenge over HTTP and answers how it ended. */
async function scavenge(port: number | string): Promise<Scavenge> {
  const base = `http://127.0.0.1:${port}/admin/scavenge`;
  const { scavengeId } = await json<{ scavengeId: string }>(base, "POST");
  for (;;) {
    const last = await json<Scavenge>(`${base}/last`);
    if (last.scavengeId === scavengeId && last.state !== "running") return last;
    await nextTurn();
  }
}

/** What readers see: revisions and ids of a stream, or how the read was refused. */
async function seen(client: EventStoreDBClient, stream: string): Promise<string[]> {
  const out: string[] = [];
  try {
    for await (const { event } of client.readStream(stream)) if (event) out.push(`${event.revision} ${event.id}`);
  } catch (error) {
    if (error instanceof StreamNotFoundError) return ["not found"];
    if (error instanceof StreamDeletedError) return ["tombstoned"];
    throw error;
  }
  return out;
}

/** What lies in $all, by stream: revisions as they come. */
async function stored(client: EventStoreDBClient): Promise<Map<string, bigint[]>> {
  const all = new Map<string, bigint[]>();
  for await (const { event } of client.readAll())
    if (event) all.set(event.streamId, [...(all.get(event.streamId) ?? []), event.revision]);
  return all;
}

describe("a scavenge", () => {
  let node: EventNode;
  let client: EventStoreDBClient;
  beforeEach(async () => {
    node = await startEventNode({ port: 0, dataDir: dir });
    client = EventStoreDBClient.connectionString(node.url);
  });
  afterEach(async () => {
    await client.dispose();
    await node.close();
  });

  it("removes what metadata hides, and nothing that a reader of a stream sees", async () => {
    const names = ["plain", "counted", "cut", "cut-off", "old", "deleted", "again", "tombstoned"];
    for (const name of names) await client.appendToStream(name, events(10));
    await client.setStreamMetadata("counted", { maxCount: 2 });
    await client.setStreamMetadata("counted", { maxCount: 3 });
    await client.setStreamMetadata("cut", { truncateBefore: 7 });
    await client.setStreamMetadata("cut-off", { truncateBefore: 99 });
    await client.setStreamMetadata("old", { maxAge: 3_600 });
    await client.deleteStream("deleted");
    await client.deleteStream("again");
    await client.appendToStream("again", events(2));
    await client.tombstoneStream("tombstoned");
    const before = await Promise.all(names.map((name) => seen(client, name)));

    const done = await scavenge(node.port);
    expect(done).toMatchObject({ state: "completed", streamsDone: done.streams });
    expect(await Promise.all(names.map((name) => seen(client, name)))).toEqual(before);
    const left = await stored(client);
    const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => BigInt(from + i));
    expect(Object.fromEntries(left)).toEqual({
      plain: range(0, 10),
      counted: range(7, 10),
      cut: range(7, 10),
      // The last event of a stream stays, hidden: its numbering goes on.
      "cut-off": range(9, 10),
      old: range(0, 10),
      deleted: range(9, 10),
      again: range(10, 12),
      tombstoned: [9_223_372_036_854_775_807n],
      $$counted: [1n],
      $$cut: [0n],
      "$$cut-off": [0n],
      $$old: [0n],
      $$deleted: [0n],
      $$again: [1n],
    });
    expect(done.eventsDropped).toBe(7 + 7 + 9 + 9 + 10 + 10 + 1 + 1);
    expect(await checkFile(join(dir, "events.db"))).toMatchObject({ findings: [], scavenged: done.eventsDropped });
    // There is nothing left to do.
    expect(await scavenge(node.port)).toMatchObject({ state: "completed", eventsDropped: 0 });
  });

  it("changes no answer to an append: repeats, wrong revisions, and streams that come back", async () => {
    const batch = events(3);
    await client.appendToStream("s", batch, { expectedRevision: NO_STREAM });
    const middle = event();
    await client.appendToStream("s", middle, { expectedRevision: 2n });
    await client.appendToStream("s", events(5), { expectedRevision: 3n });
    await client.appendToStream("gone", batch, { expectedRevision: NO_STREAM });
    await client.setStreamMetadata("s", { maxCount: 2 });
    await client.deleteStream("gone");
    const answers = async () => {
      const attempt = (work: Promise<unknown>) =>
        work.catch((error: unknown) => (error instanceof WrongExpectedVersionError ? error.actualVersion : error));
      return [
        await attempt(client.appendToStream("s", batch, { expectedRevision: NO_STREAM })),
        await attempt(client.appendToStream("s", middle, { expectedRevision: 2n })),
        await attempt(client.appendToStream("s", middle, { expectedRevision: ANY })),
        await attempt(client.appendToStream("s", [middle, event()], { expectedRevision: ANY })),
        await attempt(client.appendToStream("s", event(), { expectedRevision: NO_STREAM })),
        await attempt(client.appendToStream("s", event(), { expectedRevision: 3n })),
        await attempt(client.appendToStream("gone", batch, { expectedRevision: NO_STREAM })),
      ];
    };
    const before = await answers();
    const done = await scavenge(node.port);
    expect(done.eventsDropped).toBe(7 + 2);
    expect(await answers()).toEqual(before);
    expect(await client.appendToStream("gone", event(), { expectedRevision: NO_STREAM })).toMatchObject({
      nextExpectedRevision: 3n,
    });
    expect(await client.appendToStream("s", event(), { expectedRevision: 8n })).toMatchObject({
      nextExpectedRevision: 9n,
    });
  });

  it("can be started and stopped by the real server's tools, and goes on where it was stopped", async () => {
    const require = createRequire(import.meta.url);
    const grpc: typeof import("@eventstore/db-client/generated/operations_grpc_pb.js") = require("@eventstore/db-client/generated/operations_grpc_pb.js");
    const messages: typeof import("@eventstore/db-client/generated/operations_pb.js") = require("@eventstore/db-client/generated/operations_pb.js");
    // The gRPC library that the client brings along.
    const { credentials }: typeof import("@grpc/grpc-js") = createRequire(require.resolve("@eventstore/db-client"))(
      "@grpc/grpc-js",
    );
    const operations = new grpc.OperationsClient(`127.0.0.1:${node.port}`, credentials.createInsecure());
    type Answer = InstanceType<typeof messages.ScavengeResp>;
    const call = (start: (done: (error: Error | null, answer?: Answer) => void) => unknown) =>
      new Promise<Answer>((resolve, reject) =>
        start((error, answer) => (answer ? resolve(answer) : reject(error ?? new Error("no answer")))),
      );
    const start = () => call((done) => operations.startScavenge(new messages.StartScavengeReq(), done));
    const stop = (id: string) => {
      const options = new messages.StopScavengeReq.Options();
      options.setScavengeId(id);
      const request = new messages.StopScavengeReq();
      request.setOptions(options);
      return call((done) => operations.stopScavenge(request, done));
    };
    const { ScavengeResult } = messages.ScavengeResp;
    for (let i = 0; i < 30; i++) {
      await client.appendToStream(`s-${i}`, events(60));
      await client.setStreamMetadata(`s-${i}`, { maxCount: 1 });
    }
    const started = await start();
    expect(started.getScavengeResult()).toBe(ScavengeResult.STARTED);
    const id = started.getScavengeId();
    expect((await start()).toObject()).toEqual({ scavengeId: id, scavengeResult: ScavengeResult.INPROGRESS });
    expect((await stop(id)).getScavengeResult()).toBe(ScavengeResult.STOPPED);
    await expect(stop("another")).rejects.toThrow("NOT_FOUND");
    const last = () => json<Scavenge>(`http://127.0.0.1:${node.port}/admin/scavenge/last`);
    while ((await last()).state === "running") await nextTurn();
    const stopped = await last();
    expect(stopped).toMatchObject({ scavengeId: id, state: "stopped" });
    expect(await scavenge(node.port)).toMatchObject({ scavengeId: id, state: "completed", eventsDropped: 30 * 59 });
    operations.close();
  });

  it("is refused to pages in a browser, and there is none to tell of before the first", async () => {
    const base = `http://127.0.0.1:${node.port}/admin/scavenge`;
    expect((await fetch(base, { method: "POST", headers: { origin: "http://evil.example" } })).status).toBe(403);
    expect((await fetch(`${base}/last`)).status).toBe(404);
    expect((await fetch(`${base}/no-such`, { method: "DELETE" })).status).toBe(404);
  });
});

describe("a scavenge under load", () => {
  it("survives a kill of the node, and loses nothing that metadata does not hide", async () => {
    const first = await startEventNodeProcess(dir);
    const portOf = (url: string) => /:(\d+)/.exec(url)?.[1] ?? "";
    const acknowledged = new Map<string, string[]>();
    const COUNT = 5;
    /** Half of the streams keep only their newest events, and the others all. */
    const isCounted = (lane: number) => lane % 2 === 0;
    const load = async (url: string, rounds: number, during: (client: EventStoreDBClient) => Promise<void>) => {
      const client = EventStoreDBClient.connectionString(url);
      let on = true;
      const lane = async (number: number) => {
        const stream = `order-${number}`;
        if (isCounted(number)) await client.setStreamMetadata(stream, { maxCount: COUNT });
        for (let round = 0; on || round < rounds; round++) {
          const id = randomUUID();
          await client.appendToStream(stream, event(id));
          acknowledged.set(stream, [...(acknowledged.get(stream) ?? []), id]);
          if (round % 20 === 0) {
            // A reader sees a whole end of the stream, whatever is removed meanwhile.
            const ids = (await seen(client, stream)).map((line) => line.split(" ")[1]);
            const all = acknowledged.get(stream) ?? [];
            const from = isCounted(number) ? Math.max(0, all.length - COUNT) : 0;
            expect(ids).toEqual(all.slice(from));
          }
        }
      };
      const lanes = Promise.all(Array.from({ length: 8 }, (_, number) => lane(number)));
      try {
        await during(client);
      } finally {
        on = false;
        await lanes.catch(() => {});
      }
      await lanes;
      await client.dispose();
    };
    await load(first.url, 150, async () => {
      for (let i = 0; i < 3; i++) expect(await scavenge(portOf(first.url))).toMatchObject({ state: "completed" });
    });
    await fetch(`http://127.0.0.1:${portOf(first.url)}/admin/scavenge`, { method: "POST" });
    await first.end("SIGKILL");

    const second = await startEventNodeProcess(dir);
    await load(second.url, 50, async () => {
      expect(await scavenge(portOf(second.url))).toMatchObject({ state: "completed" });
    });
    expect(await scavenge(portOf(second.url))).toMatchObject({ state: "completed" });
    const client = EventStoreDBClient.connectionString(second.url);
    const left = await stored(client);
    for (const [stream, ids] of acknowledged) {
      const counted = isCounted(Number(stream.split("-")[1]));
      const expected = ids.map((id, revision) => `${revision} ${id}`).slice(counted ? -COUNT : 0);
      expect(await seen(client, stream)).toEqual(expected);
      expect(left.get(stream)).toHaveLength(expected.length);
    }
    expect((await checkFile(join(dir, "events.db"))).findings).toEqual([]);
    await client.dispose();
    await second.end();
  });
});
