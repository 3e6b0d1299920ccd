import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { statSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { EventStoreDBClient, jsonEvent, StreamDeletedError } from "@eventstore/db-client";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { EVENT_NODE_MAIN, startEventNodeProcess } from "../../../test/contract/event-store/event-node-process.ts";
import { type EventNode, startEventNode } from "../event-node.ts";
import { LIMITS } from "../limits.ts";
import { rowChecksum } from "./event-row.ts";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "event-node-"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const event = (id: string = randomUUID(), data: Record<string, string> = { id }) =>
  jsonEvent({ id, type: "happened", data });

async function withClient<T>(url: string, use: (client: EventStoreDBClient) => Promise<T>): Promise<T> {
  const client = EventStoreDBClient.connectionString(url);
  try {
    return await use(client);
  } finally {
    await client.dispose();
  }
}

/** How often each event id is stored. */
async function storedIds(client: EventStoreDBClient): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for await (const { event } of client.readAll()) if (event) counts.set(event.id, (counts.get(event.id) ?? 0) + 1);
  return counts;
}

describe("a node that is killed in the middle of appends", () => {
  it("has every acknowledged event once, and takes the unanswered ones again", async () => {
    const acknowledged: { stream: string; id: string }[] = [];
    const unanswered: { stream: string; id: string }[] = [];
    const first = await startEventNodeProcess(dir);
    await withClient(first.url, async (client) => {
      let killed = false;
      const lane = async (number: number) => {
        while (!killed) {
          const append = { stream: `stream-${number % 8}`, id: randomUUID() };
          try {
            await client.appendToStream(append.stream, event(append.id));
            acknowledged.push(append);
            if (acknowledged.length === 500) {
              killed = true;
              await first.end("SIGKILL");
            }
          } catch {
            killed = true;
            unanswered.push(append);
          }
        }
      };
      await Promise.all(Array.from({ length: 32 }, (_, number) => lane(number)));
    });
    expect(unanswered.length).toBeGreaterThan(0);

    const second = await startEventNodeProcess(dir);
    await withClient(second.url, async (client) => {
      const after = await storedIds(client);
      expect(acknowledged.filter(({ id }) => after.get(id) !== 1)).toEqual([]);
      await Promise.all(unanswered.map(({ stream, id }) => client.appendToStream(stream, event(id))));
      const all = await storedIds(client);
      const asked = [...acknowledged, ...unanswered].map(({ id }) => id);
      expect([...all.keys()].sort()).toEqual(asked.sort());
      expect([...all.values()].every((count) => count === 1)).toBe(true);
    });
    await second.end();
  });

  it("lets go of its directory by dying", async () => {
    const first = await startEventNodeProcess(dir);
    await first.end("SIGKILL");
    const second = await startEventNodeProcess(dir);
    expect(await second.end()).toBe(0);
  });
});

describe("a data directory", () => {
  /** Runs the command until it ends by itself. */
  async function run(...args: string[]): Promise<{ code: number; error: string }> {
    const child = spawn(process.execPath, [EVENT_NODE_MAIN, ...args], { stdio: ["ignore", "ignore", "pipe"] });
    let error = "";
    child.stderr.on("data", (chunk) => {
      error += chunk;
    });
    const [code] = await once(child, "close");
    return { code, error };
  }

  it("is refused to a second node, in the same process and in another", async () => {
    const node = await startEventNode({ port: 0, dataDir: dir });
    await expect(startEventNode({ port: 0, dataDir: dir })).rejects.toThrow("in use by another event node");
    const { code, error } = await run("--port", "0", "--data", dir);
    expect(code).toBe(2);
    expect(error).toBe(
      `event node: the data directory ${dir} is in use by another event node (process ${process.pid})\n`,
    );
    await node.close();
    await (await startEventNode({ port: 0, dataDir: dir })).close();
  });

  it("that cannot be made is named in the error, as is a port that is taken", async () => {
    const unusable = await run("--port", "0", "--data", join(EVENT_NODE_MAIN, "data"));
    expect(unusable.error).toMatch(/^event node: the data directory .* cannot be written/);
    const node = await startEventNode({ port: 0, dataDir: dir });
    const taken = await run("--port", String(node.port), "--data", join(dir, "other"));
    expect(taken).toEqual({ code: 2, error: `event node: port ${node.port} on 127.0.0.1 is taken\n` });
    await node.close();
  });
});

describe("a file of version 1", () => {
  it("is taken over with its events, and can be scavenged from then on", async () => {
    const node = await startEventNode({ port: 0, dataDir: dir });
    await withClient(node.url, (client) => client.appendToStream("s", [event(), event(), event()]));
    await node.close();
    const db = new DatabaseSync(join(dir, "events.db"));
    db.exec("DROP TABLE tombstones; DROP TABLE scavenged; DROP TABLE scavenges; PRAGMA user_version = 1");
    db.close();
    const again = await startEventNode({ port: 0, dataDir: dir });
    expect(again.events).toBe(3);
    await withClient(again.url, async (client) => {
      await client.tombstoneStream("s");
      const answer = await fetch(`http://127.0.0.1:${again.port}/admin/scavenge`, { method: "POST" });
      expect(answer.status).toBe(200);
      await expect(client.appendToStream("s", event())).rejects.toBeInstanceOf(StreamDeletedError);
    });
    await again.close();
  });
});

describe("a row that was edited", () => {
  let node: EventNode;
  beforeEach(async () => {
    node = await startEventNode({ port: 0, dataDir: dir });
  });
  afterEach(() => node.close());

  /** Replaces the data of the event at `position`, with the checksum that goes with it or the old one. */
  function edit(position: number, streamName: string, data: Buffer, withChecksum: boolean): void {
    const db = new DatabaseSync(join(dir, "events.db"));
    const row = db.prepare("SELECT * FROM events WHERE position = ?").get(position);
    if (!row) throw new Error(`no event at ${position}`);
    const edited = {
      position,
      streamName,
      revision: Number(row.revision),
      id: row.id as Uint8Array,
      type: String(row.type),
      flags: Number(row.flags),
      created: Number(row.created),
      metadata: row.metadata as Uint8Array,
      data,
    };
    const checksum = withChecksum ? rowChecksum(edited) : Number(row.checksum);
    db.prepare("UPDATE events SET data = ?, checksum = ? WHERE position = ?").run(data, checksum, position);
    db.close();
  }

  it("without its checksum is reported as damage and not served", async () => {
    await withClient(node.url, async (client) => {
      await client.appendToStream("s", [event(), event(), event()]);
      edit(2, "s", Buffer.from('{"edited":true}'), false);
      const reading = (async () => {
        for await (const { event } of client.readStream("s")) expect(event?.revision).toBe(0n);
      })();
      await expect(reading).rejects.toThrow("the event at position 2 is damaged: its checksum does not match");
      await expect(storedIds(client)).rejects.toThrow("DATA_LOSS");
    });
  });

  it("and says what a stream hides leaves that stream alone unreadable and unwritable", async () => {
    await withClient(node.url, async (client) => {
      await client.appendToStream("s", [event(), event()]);
      await client.setStreamMetadata("s", { maxCount: 7 });
      edit(3, "$$s", Buffer.from('{"$maxCount":1}'), false);
      const reading = (async () => {
        for await (const _ of client.readStream("s")) throw new Error("served");
      })();
      await expect(reading).rejects.toThrow("the event at position 3 is damaged");
      await expect(client.appendToStream("s", event())).rejects.toThrow("position 3 is damaged");
      await client.appendToStream("other", event());
      const scavenges = `http://127.0.0.1:${node.port}/admin/scavenge`;
      await fetch(scavenges, { method: "POST" });
      await expect
        .poll(async () => (await fetch(`${scavenges}/last`)).json())
        .toMatchObject({
          state: "failed",
          eventsDropped: 0,
          message: expect.stringContaining("position 3 is damaged"),
        });
    });
  });

  it("with its checksum is served: that it was tampered with is for the chain to find", async () => {
    await withClient(node.url, async (client) => {
      await client.appendToStream("s", event());
      edit(1, "s", Buffer.from('{"edited":true}'), true);
      for await (const { event } of client.readStream("s")) expect(event?.data).toEqual({ edited: true });
    });
  });
});

describe("the write-ahead log", () => {
  it("stays small while more is appended than it may hold", async () => {
    const node = await startEventNodeProcess(dir);
    await withClient(node.url, async (client) => {
      const pad = "x".repeat(100_000);
      const lane = async (number: number) => {
        for (let i = 0; i < 200; i++) await client.appendToStream(`s-${number}`, event(randomUUID(), { pad }));
      };
      await Promise.all([0, 1, 2, 3, 4].map(lane));
      expect(statSync(join(dir, "events.db")).size).toBeGreaterThan(50_000_000);
      expect(statSync(join(dir, "events.db-wal")).size).toBeLessThan(2 * LIMITS.walPreparedBytes);
    });
    await node.end();
  });
});

describe("a commit", () => {
  it("comes before its answer, and one that fails ends the node without an answer", async () => {
    const order: string[] = [];
    let fail = false;
    const fatal = Promise.withResolvers<Error>();
    const node = await startEventNode({
      port: 0,
      dataDir: dir,
      onPoint(name) {
        order.push(name);
        if (fail && name === "event-node.before-commit") throw new Error("disk I/O error");
      },
      onFatal: fatal.resolve,
    });
    await withClient(node.url, async (client) => {
      await client.appendToStream("s", event()).then(() => order.push("answer"));
      expect(order).toEqual(["event-node.before-commit", "event-node.after-commit", "event-node.after-ack", "answer"]);
      fail = true;
      const unanswered = client.appendToStream("s", event()).then(
        () => "acknowledged",
        () => "failed",
      );
      expect((await fatal.promise).message).toBe("disk I/O error");
      await node.close();
      expect(await unanswered).toBe("failed");
    });
  });

  // A limit on the size of files is the one disk error that can be had without privileges.
  it.skipIf(process.platform === "win32")("that the disk refuses ends the process with a clear line", async () => {
    const script = `trap '' XFSZ; ulimit -f 40960; exec "$0" "$@"`;
    const child = spawn("bash", ["-c", script, process.execPath, EVENT_NODE_MAIN, "--port", "0", "--data", dir], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let error = "";
    child.stderr.on("data", (chunk) => {
      error += chunk;
    });
    const exit = once(child, "close");
    const [ready] = await once(child.stdout, "data");
    const port = /:(\d+),/.exec(String(ready))?.[1];
    await withClient(`esdb://127.0.0.1:${port}?tls=false`, async (client) => {
      const append = async () => {
        for (;;) await client.appendToStream("s", event(randomUUID(), { pad: "x".repeat(1_000_000) }));
      };
      await expect(append()).rejects.toThrow();
    });
    expect((await exit)[0]).toBe(74);
    expect(error).toMatch(/^event node: the log cannot be written, ending: /);
  });
});
