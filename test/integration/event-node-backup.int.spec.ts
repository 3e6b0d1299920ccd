import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { backupLog } from "../../infra/event-node/backup/backup.ts";
import { restoreLog } from "../../infra/event-node/backup/restore.ts";
import { type EventNode, startEventNode } from "../../infra/event-node/event-node.ts";
import { createEventStore } from "../../infra/event-store/client.ts";
import { verifyEverything, type Witness } from "../../read-api/verify.ts";
import { startEventNodeProcess } from "../contract/event-store/event-node-process.ts";
import { appendMixed, orderStreams } from "../fixtures/read-history.ts";

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "ordertrail-backup-"));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const nobody: Witness = { head: async () => undefined, heads: async () => [] };

async function verdictOn(node: Pick<EventNode, "url">) {
  const store = createEventStore({ url: node.url, timeoutMs: 10_000 });
  try {
    return await verifyEverything(store, nobody);
  } finally {
    await store.close();
  }
}

test("backups taken while orders are written restore to logs whose chains verify", async () => {
  const live = join(dir, "live");
  const node = await startEventNodeProcess(live);
  const store = createEventStore({ url: node.url, timeoutMs: 10_000 });
  const before = orderStreams(20, 1);
  await appendMixed(store, before, 3);
  const acknowledged = (await verdictOn(node)).events;
  let writing = true;
  const orders = appendMixed(store, orderStreams(60, 2), 3).finally(() => {
    writing = false;
  });
  const backups: string[] = [];
  while (writing && backups.length < 3)
    backups.push((await backupLog(live, join(dir, `backup-${backups.length}`))).path);
  await orders;
  const whole = await verdictOn(node);
  await store.close();
  await node.end();

  const found: number[] = [];
  for (const [i, path] of backups.entries()) {
    const dataDir = join(dir, `restored-${i}`);
    await restoreLog(path, dataDir);
    const restored = await startEventNode({ dataDir, port: 0 });
    const verdict = await verdictOn(restored);
    expect(verdict.findings).toEqual([]);
    found.push(verdict.events);
    await restored.close();
  }
  expect(found[0]).toBeGreaterThanOrEqual(acknowledged);
  // The first was taken in the middle of the writes.
  expect(found[0]).toBeLessThan(whole.events);
  expect(found).toEqual(found.toSorted((a, b) => a - b));
});
