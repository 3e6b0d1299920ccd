import { randomUUID } from "node:crypto";
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EventStoreDBClient, jsonEvent } from "@eventstore/db-client";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startEventNodeProcess } from "../../../test/contract/event-store/event-node-process.ts";
import { startEventNode } from "../event-node.ts";
import { backupLog } from "./backup.ts";
import { readManifest } from "./manifest.ts";
import { restoreLog } from "./restore.ts";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "event-node-backup-"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const event = (id: string) => jsonEvent({ id, type: "happened", data: { id, pad: "x".repeat(500) } });

/** Every id in the log, with its position. */
async function positions(client: EventStoreDBClient): Promise<Map<string, bigint>> {
  const found = new Map<string, bigint>();
  for await (const { event } of client.readAll()) if (event?.position) found.set(event.id, event.position.commit);
  return found;
}

describe("a backup taken while a node is written to", () => {
  it("holds every event acknowledged before it began, in a log without holes on which a node works on", async () => {
    const node = await startEventNodeProcess(join(dir, "live"));
    const client = EventStoreDBClient.connectionString(node.url);
    const acknowledged: { id: string; position: bigint }[] = [];
    let on = true;
    const lane = async (number: number) => {
      while (on) {
        const id = randomUUID();
        const { position } = await client.appendToStream(`order-${number}`, event(id));
        acknowledged.push({ id, position: position?.commit ?? -1n });
      }
    };
    const load = Promise.all(Array.from({ length: 16 }, (_, number) => lane(number)));
    const enough = Promise.withResolvers<void>();
    const watch = setInterval(() => acknowledged.length >= 2_000 && enough.resolve(), 10);
    await enough.promise;
    clearInterval(watch);
    const before = [...acknowledged];
    const { path, manifest } = await backupLog(join(dir, "live"), join(dir, "backup"));
    const during = acknowledged.length - before.length;
    on = false;
    await load;
    const live = await positions(client);
    await client.dispose();
    await node.end();

    expect(during).toBeGreaterThan(0);
    expect(readManifest(path)).toEqual(manifest);
    expect(readdirSync(dir).sort()).toEqual(["backup", "live"]);
    expect(await restoreLog(path, join(dir, "restored"))).toEqual(manifest);
    const restored = await startEventNodeProcess(join(dir, "restored"));
    const reader = EventStoreDBClient.connectionString(restored.url);
    const found = await positions(reader);
    expect(before.filter(({ id, position }) => found.get(id) !== position)).toEqual([]);
    // A prefix of the live log: nothing left out, nothing from elsewhere, every position the same.
    expect([...found.values()]).toEqual(Array.from({ length: found.size }, (_, i) => BigInt(i + 1)));
    expect([...found].filter(([id, position]) => live.get(id) !== position)).toEqual([]);
    expect(manifest).toMatchObject({ position: String(found.size), events: found.size });
    const { position } = await reader.appendToStream("order-0", event(randomUUID()));
    expect(position?.commit).toBe(BigInt(found.size + 1));
    await reader.dispose();
    await restored.end();
  });
});

describe("a backup", () => {
  let log: string;
  beforeAll(async () => {
    log = await mkdtemp(join(tmpdir(), "event-node-log-"));
    const node = await startEventNode({ port: 0, dataDir: log });
    const client = EventStoreDBClient.connectionString(node.url);
    for (let i = 0; i < 20; i++) await client.appendToStream("s", event(randomUUID()));
    await client.dispose();
    await node.close();
  });
  afterAll(() => rm(log, { recursive: true, force: true }));
  beforeEach(() => cpSync(log, join(dir, "live"), { recursive: true }));

  it("into a folder that is there gets a folder of its own in it, and never takes the place of another", async () => {
    const { path } = await backupLog(join(dir, "live"), dir);
    expect(path).toMatch(/event-node-\d{8}T\d{6}Z$/);
    writeFileSync(join(dir, "a-file"), "");
    await expect(backupLog(join(dir, "live"), join(dir, "a-file"))).rejects.toThrow("is no folder");
    await expect(backupLog(join(dir, "nothing"), join(dir, "b"))).rejects.toThrow("holds no event log");
  });

  it("of a damaged log is refused, and leaves nothing behind", async () => {
    const file = join(dir, "live", "events.db");
    const at = readFileSync(file).lastIndexOf('"pad":"xxx');
    writeSync(openSync(file, "r+"), Buffer.from("?"), 0, 1, at + 8);
    await expect(backupLog(join(dir, "live"), join(dir, "backup"))).rejects.toThrow(/at position \d+ .*is damaged/);
    expect(readdirSync(dir)).toEqual(["live"]);
  });

  it("that was changed is not restored, nor over a log that is there", async () => {
    const { path } = await backupLog(join(dir, "live"), join(dir, "backup"));
    await expect(restoreLog(path, join(dir, "live"))).rejects.toThrow("holds an event log already");
    const changed = join(dir, "changed");
    cpSync(path, changed, { recursive: true });
    writeSync(openSync(join(changed, "events.db"), "r+"), Buffer.from([7]), 0, 1, 9_000);
    await expect(restoreLog(changed, join(dir, "restored"))).rejects.toThrow("its SHA-256 differs");
    copyFileSync(join(path, "manifest.json"), join(dir, "manifest.json"));
    await expect(restoreLog(join(dir, "live"), join(dir, "restored"))).rejects.toThrow("is not a backup");
    expect(readdirSync(join(dir, "restored"))).not.toContain("events.db");
    await restoreLog(path, join(dir, "restored"));
    expect(readdirSync(join(dir, "restored"))).toContain("events.db");
  });

  it("is not restored beside the write-ahead log of another log", async () => {
    const { path } = await backupLog(join(dir, "live"), join(dir, "backup"));
    mkdirSync(join(dir, "restored"));
    writeFileSync(join(dir, "restored", "events.db-wal"), "of a log that was moved away");
    await expect(restoreLog(path, join(dir, "restored"))).rejects.toThrow("holds events.db-wal");
    expect(readdirSync(join(dir, "restored"))).not.toContain("events.db");
  });
});
