import { randomUUID } from "node:crypto";
import { copyFileSync, openSync, readFileSync, truncateSync, writeFileSync, writeSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { EventStoreDBClient, jsonEvent } from "@eventstore/db-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startEventNodeProcess } from "../../../test/contract/event-store/event-node-process.ts";
import { backupLog } from "../backup/backup.ts";
import { type EventNode, startEventNode } from "../event-node.ts";
import { PAGE_SIZE } from "../log/database.ts";
import { checkFile } from "./check-file.ts";
import { DatabasePages } from "./pages.ts";

const STREAMS = 20;
const EVENTS = 600;

let dir: string;
let whole: string;
let copies = 0;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "event-node-check-"));
  const node = await startEventNode({ port: 0, dataDir: dir });
  const client = EventStoreDBClient.connectionString(node.url);
  for (let i = 0; i < EVENTS; i += 3)
    await client.appendToStream(`order-${(i / 3) % STREAMS}`, [event(i), event(i + 1), event(i + 2)]);
  await client.tombstoneStream("order-0");
  await client.dispose();
  await node.close();
  whole = join(dir, "events.db");
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const event = (n: number) =>
  jsonEvent({ id: randomUUID(), type: "happened", data: { n, mark: `mark-${n}-`, pad: "x".repeat(900) } });
const LAST = EVENTS + 1;
/** Where the events lie: ten rounds of three events for each of the twenty streams. */
const placeOf = (position: number) => ({
  stream: `order-${Math.floor((position - 1) / 3) % STREAMS}`,
  revision: Math.floor((position - 1) / (3 * STREAMS)) * 3 + ((position - 1) % 3),
});

/** A copy of the file, damaged. */
function damaged(damage: (path: string) => void): string {
  const path = join(dir, `copy-${++copies}.db`);
  copyFileSync(whole, path);
  damage(path);
  return path;
}
const bySql = (sql: string) => (path: string) => {
  const db = new DatabaseSync(path);
  db.exec(sql);
  db.close();
};

describe("the check of an event node's file", () => {
  it("finds nothing in a whole one, and counts what is in it", async () => {
    const steps = new Set<string>();
    const report = await checkFile(whole, ({ step }) => steps.add(step));
    expect(report).toMatchObject({ sound: true, events: LAST, streams: STREAMS, lastPosition: LAST, findings: [] });
    expect(report.advice).toEqual([]);
    expect([...steps]).toEqual(["pages", "events"]);
  });

  it("names the event whose bytes were flipped, and the page it lies on", async () => {
    const position = 123;
    const path = damaged((file) => {
      const at = readFileSync(file).indexOf(`mark-${position - 1}-`);
      const handle = openSync(file, "r+");
      writeSync(handle, Buffer.from("M"), 0, 1, at);
    });
    const at = readFileSync(path).indexOf(`Mark-${position - 1}-`);
    const report = await checkFile(path);
    expect(report).toMatchObject({ sound: false, events: LAST - 1, more: 0 });
    expect(report.findings).toEqual([
      expect.objectContaining({
        kind: "event-damaged",
        position,
        ...placeOf(position),
        page: Math.ceil(at / PAGE_SIZE),
      }),
    ]);
    expect(report.findings[0]?.message).toContain("its checksum does not match");
    expect(report.advice.join(" ")).toContain("event-node restore");
  });

  it("names every event of a page that was overwritten, by the index that still knows them", async () => {
    const position = 300;
    let page = 0;
    const path = damaged((file) => {
      const pages = new DatabasePages(file);
      page = pages.leafOf(rootOf(file), position)?.page ?? 0;
      pages.close();
      writeSync(openSync(file, "r+"), Buffer.alloc(PAGE_SIZE, 0xff), 0, PAGE_SIZE, (page - 1) * PAGE_SIZE);
    });
    const { findings, events } = await checkFile(path);
    const lost = findings.filter(({ kind }) => kind === "event-damaged");
    expect(lost.length).toBeGreaterThan(3);
    expect(lost.length).toBe(LAST - events);
    for (const { position = 0, stream, revision, page: on } of lost)
      expect({ stream, revision, on }).toEqual({ ...placeOf(position), on: page });
    expect(lost.map((finding) => finding.position)).toContain(position);
    expect(findings).toContainEqual(expect.objectContaining({ kind: "structure", page }));
  });

  it("names a row that was deleted, with stream and revision where others show the hole", async () => {
    const inTheMiddle = await checkFile(damaged(bySql("DELETE FROM events WHERE position = 200")));
    expect(inTheMiddle.findings).toEqual([
      expect.objectContaining({ kind: "event-missing", position: 200, ...placeOf(200) }),
    ]);
    const lastOfItsStream = EVENTS - 3;
    const { findings } = await checkFile(damaged(bySql(`DELETE FROM events WHERE position = ${lastOfItsStream}`)));
    expect(findings).toEqual([expect.objectContaining({ kind: "event-missing", position: lastOfItsStream })]);
  });

  it("says of a file that was cut off which bytes are missing, and which events went with them", async () => {
    const cut = readFileSync(whole).length - 20 * PAGE_SIZE;
    const path = damaged((file) => truncateSync(file, cut));
    const { sound, findings, events } = await checkFile(path);
    expect(sound).toBe(false);
    expect(findings[0]).toMatchObject({ kind: "truncated", bytes: { from: cut, to: cut + 20 * PAGE_SIZE } });
    expect(events).toBeGreaterThan(0);
    expect(findings.filter(({ kind }) => kind === "event-damaged").length).toBeGreaterThan(3);
  });

  it("tells a broken index from broken events", async () => {
    const path = damaged((file) => {
      const db = new DatabaseSync(file);
      const root = Number(db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'events_by_id'").get()?.rootpage);
      db.close();
      writeSync(openSync(file, "r+"), Buffer.alloc(PAGE_SIZE, 0xff), 0, PAGE_SIZE, (root - 1) * PAGE_SIZE);
    });
    const { findings, events, advice } = await checkFile(path);
    expect(events).toBe(LAST);
    expect(findings.every(({ kind }) => kind === "structure")).toBe(true);
    expect(findings.some(({ message }) => message.includes("events_by_id"))).toBe(true);
    expect(advice.join(" ")).toContain("REINDEX");
  });

  it("says of what is no database that it is none, and rejects where there is no file", async () => {
    const path = damaged((file) =>
      writeFileSync(file, "not a database at all, but long enough to be looked at".repeat(9)),
    );
    expect((await checkFile(path)).findings.at(-1)).toMatchObject({ kind: "unreadable" });
    await expect(checkFile(join(dir, "nothing.db"))).rejects.toThrow("ENOENT");
  });

  it("finds damage in the write-ahead log of a killed node, which SQLite takes for the end of it", async () => {
    const killed = await mkdtemp(join(tmpdir(), "event-node-check-"));
    const node = await startEventNodeProcess(killed);
    const client = EventStoreDBClient.connectionString(node.url);
    for (let n = 0; n < 30; n++) await client.appendToStream("s", event(n));
    await node.end("SIGKILL");
    await client.dispose();
    const path = join(killed, "events.db");
    expect((await checkFile(path)).findings).toEqual([]);
    const frame = 24 + PAGE_SIZE;
    writeSync(openSync(`${path}-wal`, "r+"), Buffer.from([0xaa, 0x55]), 0, 2, 32 + 20 * frame + 5_000);
    const { findings } = await checkFile(path);
    expect(findings[0]).toMatchObject({ kind: "wal", message: expect.stringContaining("in frame 21") });
    // Neither a backup nor a node drops them in silence.
    await expect(backupLog(killed, join(killed, "backup"))).rejects.toThrow("SQLite would drop");
    await expect(startEventNode({ port: 0, dataDir: killed })).rejects.toThrow("--accept-loss");
    const without = await startEventNode({ port: 0, dataDir: killed, acceptLoss: true });
    expect(without.events).toBeLessThan(30);
    await without.close();
    await rm(killed, { recursive: true, force: true });
  });

  it("reads a snapshot while the node runs and appends", async () => {
    const running = await mkdtemp(join(tmpdir(), "event-node-check-"));
    const node: EventNode = await startEventNode({ port: 0, dataDir: running });
    const client = EventStoreDBClient.connectionString(node.url);
    let on = true;
    const appending = (async () => {
      for (let n = 0; on; n++) await client.appendToStream(`s-${n % 7}`, event(n));
    })();
    for (let i = 0; i < 3; i++) expect((await checkFile(join(running, "events.db"))).findings).toEqual([]);
    on = false;
    await appending;
    await client.dispose();
    await node.close();
    await rm(running, { recursive: true, force: true });
  });
});

function rootOf(file: string): number {
  const db = new DatabaseSync(file, { readOnly: true });
  const root = Number(db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'events'").get()?.rootpage);
  db.close();
  return root;
}
