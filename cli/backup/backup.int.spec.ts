import { randomUUID } from "node:crypto";
import { appendFile, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Pool } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Subkeys } from "../../domain/chain/sealing.ts";
import { customerStream } from "../../domain/customer/customer.ts";
import { systemClock } from "../../infra/clock.ts";
import { readConfig } from "../../infra/config.ts";
import { storable } from "../../infra/consumers/testing/events.ts";
import { startEventNode } from "../../infra/event-node/event-node.ts";
import { createEventStore } from "../../infra/event-store/client.ts";
import { CustomerKeys } from "../../infra/keys/customer-keys.ts";
import { masterKey } from "../../infra/keys/installation-keys.ts";
import { migrate } from "../../infra/postgres/migrations.ts";
import { createPool } from "../../infra/postgres/pool.ts";
import { throwawayPostgres } from "../../infra/postgres/testing.ts";
import { lockFolder } from "../../infra/supervisor/folder-lock.ts";
import { MIGRATIONS } from "../database/migrations.ts";
import { type Ran, runHere } from "../testing-command.ts";

/** Known before the backup, erased after it, and known only after it. */
const [OLD, ERASED, NEW] = [randomUUID(), randomUUID(), randomUUID()];

let folder: string;
let data: string;
let database: { readonly url: string; stop(): Promise<void> };
let fresh: { readonly url: string; stop(): Promise<void> };
let pool: Pool;
const kept = new Map<string, Subkeys>();

const at = (name: string) => join(folder, name);
const run = (parts: readonly string[], env: Record<string, string> = {}): Promise<Ran> =>
  runHere({ ORDERTRAIL_DATA: data, DATABASE_URL: database.url, ...env }, parts);

/** What happens to customers, as their streams tell it. */
async function append(...events: readonly (readonly [customerId: string, type: string])[]): Promise<void> {
  const node = await startEventNode({ dataDir: join(data, "events"), port: 0 });
  const store = createEventStore({ url: node.url, timeoutMs: 5_000 });
  for (const [customerId, type] of events) {
    const stream = customerStream(customerId);
    const revision = (await store.readStream(stream)).at(-1)?.revision;
    await store.append(stream, [storable(type, { customerId })], revision ?? "no_stream");
  }
  await store.close();
  await node.close();
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ordertrail-backup-"));
  data = at("data");
  [database, fresh] = await Promise.all([throwawayPostgres(), throwawayPostgres()]);
  await migrate(database.url, MIGRATIONS);
  pool = createPool(database.url, { applicationName: "test" });
  const master = await masterKey(readConfig({ ORDERTRAIL_DATA: data }));
  const keys = new CustomerKeys(pool, { master, clock: systemClock });
  await append([OLD, "customer.registered"], [ERASED, "customer.registered"]);
  for (const id of [OLD, ERASED]) kept.set(id, await keys.getOrCreate(id));
});
afterAll(async () => {
  await pool.end();
  await Promise.all([database.stop(), fresh.stop()]);
  await rm(folder, { recursive: true, force: true });
});

test("a backup is the log, with a manifest; the keys lie in a file of their own, that only its owner reads", async () => {
  const beside = run(["backup", at("backup"), "--keys", join(at("backup"), "keys.jsonl")]);
  await expect(beside).rejects.toThrow("put their file somewhere else");
  const made = await run(["backup", at("backup"), "--keys", at("keys.jsonl"), "--json"]);
  expect(made.code).toBe(0);
  expect(JSON.parse(made.out)).toMatchObject({
    path: at("backup"),
    format: "ordertrail-backup/1",
    events: { events: 2, streams: 2 },
    keys: { customers: 2 },
  });
  expect((await stat(at("keys.jsonl"))).mode & 0o777).toBe(0o600);
  expect(await readFile(join(at("backup"), "manifest.json"), "utf8")).not.toContain("wrapped");
  await expect(run(["backup", at("again"), "--keys", at("keys.jsonl")])).rejects.toThrow("nothing was overwritten");
});

test("restored keys open what they sealed; what was erased since is erased again, and lost keys are named", async () => {
  await append([ERASED, "customer.erased"], [NEW, "customer.registered"]);
  const restored = await run(["restore", "--keys", at("keys.jsonl"), "--json"], { DATABASE_URL: fresh.url });
  expect(restored.code).toBe(1);
  expect(JSON.parse(restored.out)).toMatchObject({
    log: null,
    keys: { added: 2, kept: 0, erasedAgain: 1, withoutKey: [NEW], differing: [] },
  });
  const other = createPool(fresh.url, { applicationName: "test" });
  const master = await masterKey(readConfig({ ORDERTRAIL_DATA: data }));
  const keys = await new CustomerKeys(other, { master, clock: systemClock }).many([OLD, ERASED]);
  await other.end();
  expect(keys.get(OLD)).toEqual(kept.get(OLD));
  expect(keys.get(ERASED)).toBeUndefined();
  const again = await run(["restore", "--keys", at("keys.jsonl"), "--json"], { DATABASE_URL: fresh.url });
  expect(JSON.parse(again.out)).toMatchObject({ keys: { added: 0, kept: 2, erasedAgain: 0 } });
});

test("a log is restored into an empty place on which nothing runs, and else nothing is touched", async () => {
  await expect(run(["restore", at("backup")])).rejects.toThrow("move it away first");
  const lock = await lockFolder(data);
  await expect(run(["restore", at("backup")])).rejects.toThrow("is in use by another run");
  await lock.release();
  const { code, out } = await run(["restore", at("backup"), "--to", at("elsewhere")]);
  expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining("2 events, to position") });
  await expect(run(["restore", at("nothing"), "--to", at("nowhere")])).rejects.toThrow("is not a backup of a system");
  await expect(run(["restore"])).rejects.toThrow("name a backup");
});

test("a keys file that is not whole, or is another installation's, is refused before anything is written", async () => {
  await appendFile(at("keys.jsonl"), "{}\n");
  await expect(run(["restore", "--keys", at("keys.jsonl")])).rejects.toThrow("something follows its last line");
  await expect(run(["restore", "--keys", at("backup")])).rejects.toThrow("is not a whole file of keys");
  const made = await run(["backup", at("second"), "--keys", at("second.jsonl")]);
  expect(made.code).toBe(0);
  await masterKey(readConfig({ ORDERTRAIL_DATA: at("other") }));
  const strange = run(["restore", "--keys", at("second.jsonl"), "--to", at("other")]);
  await expect(strange).rejects.toThrow("is another key than that of the backup");
});
