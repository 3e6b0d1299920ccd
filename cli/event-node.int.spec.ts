import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { EventStoreDBClient, jsonEvent } from "@eventstore/db-client";
import { Command } from "commander";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { ConfigError } from "../infra/config.ts";
import { type EventNode, startEventNode } from "../infra/event-node/event-node.ts";
import { register } from "./event-node.ts";

let data: string;
let node: EventNode;
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), "event-node-cli-"));
  node = await startEventNode({ port: 0, dataDir: join(data, "events") });
  const client = EventStoreDBClient.connectionString(node.url);
  const events = Array.from({ length: 5 }, (_, n) => jsonEvent({ type: "happened", data: { n } }));
  await client.appendToStream("order-1", events);
  await client.setStreamMetadata("order-1", { maxCount: 2 });
  await client.dispose();
});
afterAll(async () => {
  await node.close();
  await rm(data, { recursive: true, force: true });
});

let out: string;
beforeEach(() => {
  out = "";
  process.exitCode = undefined;
  vi.stubEnv("ORDERTRAIL_DATA", data);
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    out += String(text);
    return true;
  });
  vi.spyOn(process.stderr, "write").mockImplementation(() => true);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  process.exitCode = undefined;
});

/** Runs the command and answers its exit code. */
async function run(...parts: string[]): Promise<number | string> {
  const program = new Command("ordertrail").exitOverride();
  register(program);
  await program.parseAsync(["node", "ordertrail", "event-node", ...parts]);
  const code = process.exitCode ?? 0;
  process.exitCode = undefined;
  return code;
}

test("a scavenge is started on a running node, waited for, and told of", async () => {
  vi.stubEnv("EVENTSTORE_URL", node.url);
  expect(await run("scavenge", "--json")).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ state: "completed", eventsDropped: 3, streams: 1 });
  vi.stubEnv("EVENTSTORE_URL", "esdb://127.0.0.1:9?tls=false");
  await expect(run("scavenge")).rejects.toThrow("127.0.0.1:9 cannot be asked");
});

test("a whole log is told from a damaged one by the exit code, with the damage named", async () => {
  expect(await run("check")).toBe(0);
  expect(out).toContain("nothing is damaged");
  out = "";
  expect(await run("backup", join(data, "backup"), "--json")).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ path: join(data, "backup"), position: "6", events: 3 });
  const db = new DatabaseSync(join(data, "backup", "events.db"));
  db.exec("UPDATE events SET data = x'00' WHERE position = 5");
  db.close();
  out = "";
  expect(await run("check", join(data, "backup"), "--json")).toBe(1);
  expect(JSON.parse(out)).toMatchObject({
    sound: false,
    findings: [{ kind: "event-damaged", stream: "order-1", revision: 4, position: 5 }],
  });
  await expect(run("check", join(data, "nothing"))).rejects.toBeInstanceOf(ConfigError);
});

test("a backup is restored into a new folder, and not over a log", async () => {
  expect(await run("backup", data)).toBe(0);
  const backup = /^(\S+):/.exec(out)?.[1] ?? "";
  expect(await run("restore", backup, "--to", join(data, "restored"))).toBe(0);
  await expect(run("restore", backup, "--to", join(data, "events"))).rejects.toThrow("nothing was overwritten");
  const restored = await startEventNode({ port: 0, dataDir: join(data, "restored") });
  expect(restored.events).toBe(6);
  await restored.close();
});
