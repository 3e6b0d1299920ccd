import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { EventStoreDBClient, jsonEvent } from "@eventstore/db-client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ConfigError } from "../../infra/config.ts";
import { type EventNode, startEventNode } from "../../infra/event-node/event-node.ts";
import { type Ran, runHere } from "../testing-command.ts";

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

const run = (parts: readonly string[], env: Record<string, string> = {}): Promise<Ran> =>
  runHere({ ORDERTRAIL_DATA: data, ...env }, ["event-node", ...parts]);

test("a scavenge is started on a running node, waited for, and told of", async () => {
  const { code, out } = await run(["scavenge", "--json"], { EVENTSTORE_URL: node.url });
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ state: "completed", eventsDropped: 3, streams: 1 });
  const nobody = run(["scavenge"], { EVENTSTORE_URL: "esdb://127.0.0.1:9?tls=false" });
  await expect(nobody).rejects.toThrow("127.0.0.1:9 cannot be asked");
});

test("a whole log is told from a damaged one by the exit code, with the damage named", async () => {
  expect(await run(["check"])).toMatchObject({ code: 0, out: expect.stringContaining("nothing is damaged") });
  const backup = await run(["backup", join(data, "backup"), "--json"]);
  expect(backup.code).toBe(0);
  expect(JSON.parse(backup.out)).toMatchObject({ path: join(data, "backup"), position: "6", events: 3 });
  const db = new DatabaseSync(join(data, "backup", "events.db"));
  db.exec("UPDATE events SET data = x'00' WHERE position = 5");
  db.close();
  const damaged = await run(["check", join(data, "backup"), "--json"]);
  expect(damaged.code).toBe(1);
  expect(JSON.parse(damaged.out)).toMatchObject({
    sound: false,
    findings: [{ kind: "event-damaged", stream: "order-1", revision: 4, position: 5 }],
  });
  await expect(run(["check", join(data, "nothing")])).rejects.toBeInstanceOf(ConfigError);
});

test("a backup is restored into a new folder, and not over a log", async () => {
  const { code, out } = await run(["backup", data]);
  expect(code).toBe(0);
  const backup = /^(\S+):/.exec(out)?.[1] ?? "";
  expect(await run(["restore", backup, "--to", join(data, "restored")])).toMatchObject({ code: 0 });
  await expect(run(["restore", backup, "--to", join(data, "events")])).rejects.toThrow("nothing was overwritten");
  const restored = await startEventNode({ port: 0, dataDir: join(data, "restored") });
  expect(restored.events).toBe(6);
  await restored.close();
});
