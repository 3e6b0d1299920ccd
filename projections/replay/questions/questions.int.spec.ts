import { createHash, randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../../infra/clock.ts";
import type { RunningConsumer } from "../../../infra/consumers/consumer.ts";
import { type Feed, startFeed } from "../../../infra/consumers/feed.ts";
import { readPosition } from "../../../infra/consumers/fence.ts";
import { startConsumer } from "../../../infra/consumers/run-consumer.ts";
import { type Engines, eventually, startEngines } from "../../../infra/consumers/testing/engines.ts";
import { storable } from "../../../infra/consumers/testing/events.ts";
import { createLog } from "../../../infra/log.ts";
import { ensureProjection, type Generation } from "../../runner/generations.ts";
import { projectionConsumer } from "../../runner/projection-consumer.ts";
import { checksum } from "../checksum.ts";
import { rebuild } from "../rebuild.ts";
import { salesProjection } from "../testing-projection.ts";
import { buildAsOf, MomentError, parseMoment } from "./as-of.ts";
import { ExplainError, explain } from "./explain.ts";
import { listHandlers } from "./handler-file.ts";
import { createScratch, dropScratch, listScratches, SCRATCH_LIVES_MS } from "./scratch.ts";
import { readScratchRows } from "./scratch-rows.ts";
import { whatIf } from "./what-if.ts";

const log = createLog("test", "silent");
const sources = { sources: async ({ key }: { key: Readonly<Record<string, string>> }) => [key.stream ?? ""] };
const projection = { ...salesProjection, ...sources };
const streams = Array.from({ length: 40 }, () => `order-${randomUUID()}`);
const poisoned = `order-${randomUUID()}`;
let engines: Engines;
let live: Generation;
let folder: string;
let feed: Feed;
let running: RunningConsumer;
const stop = new AbortController();

const building = () => ({ projection, ...engines, log, clock: systemClock, instance: "asker" });
const explaining = (table: string, key: Record<string, string>) => ({ ...engines, projection, live, table, key });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ordertrail-handlers-"));
  engines = await startEngines();
  const { pool, store } = engines;
  for (const [n, stream] of streams.entries()) {
    const types = ["sale.begun", "other.noise", "sale.changed", "sale.ended"];
    const events = types.map((type, i) => storable(type, { site: `site-${n % 3}`, amount: n + i }));
    await store.append(stream, events, "no_stream");
  }
  await store.append(poisoned, [storable("sale.begun", { site: "site-0", amount: 1 })], "no_stream");
  await store.append(poisoned, [storable("sale.poisonous", {}), storable("sale.ended", {})], 0n);
  live = await ensureProjection(pool, projection, systemClock);
  feed = startFeed({ store, log });
  running = startConsumer({
    consumer: projectionConsumer({ projection, generation: live }),
    pool,
    feed,
    leaseMs: 60_000,
    instance: "live",
    log,
    clock: systemClock,
    signal: stop.signal,
  });
  const head = await store.head();
  await eventually(async () => expect((await readPosition(pool, live.schema)).place).toEqual(head));
});

afterAll(async () => {
  stop.abort();
  await running?.done;
  await feed?.close();
  await engines?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** What every table of the database holds but scratch schemas and the rows that go by their names. */
async function everything(): Promise<Record<string, string>> {
  const { rows } = await engines.pool.query<{ name: string; columns: string[] }>(
    `SELECT format('%I.%I', table_schema, table_name) AS name, array_agg(column_name::text) AS columns
     FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
     WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')
       AND table_schema NOT LIKE 'scratch\\_%' GROUP BY 1 ORDER BY 1`,
  );
  const found: Record<string, string> = {};
  for (const { name, columns } of rows) {
    const mark = columns.includes("consumer") ? "consumer" : columns.includes("name") ? "name" : "''";
    const hidden = name.startsWith("runner.") ? `WHERE ${mark} NOT LIKE 'scratch\\_%'` : "";
    // The lease of the live projection is renewed meanwhile, whoever asks what.
    const shown = name === "runner.leases" ? "name, owner, epoch" : "*";
    const { rows: all } = await engines.pool.query(`SELECT ${shown} FROM ${name} ${hidden} ORDER BY 1, 2`);
    found[name] = createHash("sha256").update(JSON.stringify(all)).digest("hex");
  }
  return found;
}

async function handler(name: string, text: string): Promise<string> {
  const file = join(folder, name);
  const real = new URL("../testing-projection.ts", import.meta.url).pathname;
  await writeFile(file, text.replaceAll("$REAL", real));
  return file;
}

describe("as of", () => {
  test("a position, a read model equals a rebuild that was stopped there", async () => {
    const { events } = await engines.store.readAll(undefined, 200);
    for (const n of [0, 41, 113]) {
      const until = events[n]?.position;
      if (until === undefined) throw new Error("no such event");
      const asked = await buildAsOf({ ...building(), moment: { kind: "position", position: until.commit } });
      const rebuilt = await rebuild({ ...building(), until, batchSize: 10 });
      const tables = await checksum(engines.pool, projection, asked.scratch.schema);
      expect(tables).toEqual(await checksum(engines.pool, projection, rebuilt.generation.schema));
      expect(asked.progress.events).toBe(n + 1);
      await dropScratch(engines.pool, asked.scratch.schema);
    }
  });

  test("a time, it shows what the store had written by then", async () => {
    const before = await engines.store.head();
    const stream = `order-${randomUUID()}`;
    // The store's clock has to have moved on between the two.
    await eventually(async () => {
      const now = Date.now();
      expect(await engines.store.placeAt(new Date(now - 20))).toEqual(before);
    });
    const time = new Date(Date.now() - 10);
    await engines.store.append(stream, [storable("sale.begun", { site: "late", amount: 1 })], "no_stream");
    const { scratch, until } = await buildAsOf({ ...building(), moment: { kind: "time", time } });
    expect(until).toEqual(before);
    const { rows } = await readScratchRows(engines.pool, { schema: scratch.schema, table: "sites", limit: 10 });
    expect(rows.map(([site]) => site)).toEqual(["site-0", "site-1", "site-2"]);
    await dropScratch(engines.pool, scratch.schema);
    expect(await engines.store.placeAt(new Date(0))).toBeUndefined();
    expect(await engines.store.placeAt(new Date(Date.now() + 60_000))).toEqual(await engines.store.head());
  });

  test("its rows are read page by page in the order of their key", async () => {
    const head = await engines.store.head();
    const { scratch } = await buildAsOf({ ...building(), moment: { kind: "position", position: head?.commit ?? 0n } });
    const seen: (string | null)[] = [];
    for (let after: readonly string[] | undefined; ; ) {
      const page = await readScratchRows(engines.pool, { schema: scratch.schema, table: "orders", limit: 9, after });
      expect(page.columns).toEqual(["stream", "changes", "last", "version"]);
      seen.push(...page.rows.map((row) => row[0] ?? null));
      after = page.next;
      if (after === undefined) break;
    }
    expect(seen.length).toBe(42);
    expect(seen).toEqual([...new Set(seen)].toSorted());
    await expect(
      readScratchRows(engines.pool, { schema: scratch.schema, table: "pg_class", limit: 1 }),
    ).rejects.toMatchObject({ code: "table_unknown" });
    await expect(
      readScratchRows(engines.pool, { schema: live.schema, table: "orders", limit: 1 }),
    ).rejects.toMatchObject({ code: "scratch_unknown" });
    await dropScratch(engines.pool, scratch.schema);
  });

  test("a moment that is none, or that the log has not reached, is refused", async () => {
    expect(() => parseMoment("yesterday")).toThrow(MomentError);
    expect(parseMoment("17")).toEqual({ kind: "position", position: 17n });
    expect(parseMoment("2026-11-21")).toEqual({ kind: "time", time: new Date("2026-11-21T00:00:00Z") });
    await expect(buildAsOf({ ...building(), moment: parseMoment("9000000000000000000") })).rejects.toThrow("ends at");
  });
});

describe("scratch schemas", () => {
  test("are listed, dropped at a word, and after seven days by whoever makes the next one", async () => {
    const { pool } = engines;
    const first = await createScratch(pool, projection, "as-of", { ...systemClock, now: () => 0 });
    expect((await listScratches(pool)).map(({ schema, kind }) => [schema, kind])).toEqual([[first.schema, "as-of"]]);
    const young = { ...systemClock, now: () => SCRATCH_LIVES_MS };
    const second = await createScratch(pool, projection, "what-if", young);
    expect((await listScratches(pool)).map(({ schema }) => schema)).toEqual([second.schema, first.schema]);
    await createScratch(pool, projection, "as-of", { ...systemClock, now: () => SCRATCH_LIVES_MS + 1 });
    const left = await listScratches(pool);
    expect(left.map(({ schema }) => schema)).not.toContain(first.schema);
    for (const { schema } of left) await dropScratch(pool, schema);
    await expect(dropScratch(pool, second.schema)).rejects.toMatchObject({ code: "scratch_unknown" });
    await expect(dropScratch(pool, live.schema)).rejects.toMatchObject({ code: "scratch_unknown" });
  });
});

describe("what if", () => {
  test("shows what would differ and leaves no trace in what is live", async () => {
    const file = await handler(
      "double-site-1.ts",
      `import { salesProjection } from "$REAL";
       export default { ...salesProjection, handle: (batch, context) => salesProjection.handle(batch.map((event) =>
         event.data.site === "site-1" ? { ...event, data: { ...event.data, amount: 2 * event.data.amount } } : event),
         context) };`,
    );
    const before = await everything();
    const { scratch, diff } = await whatIf({ ...building(), file });
    expect(await everything()).toEqual(before);
    expect(diff.equal).toBe(false);
    const different = diff.tables.filter(({ changed, onlyLive, onlyRebuilt }) => changed + onlyLive + onlyRebuilt > 0);
    expect(different).toMatchObject([{ table: "sites", changed: 1, onlyLive: 0, onlyRebuilt: 0 }]);
    const [sample] = different[0]?.samples ?? [];
    expect(sample).toMatchObject({ kind: "changed", key: { site: "site-1" } });
    expect(Number(sample?.columns.amount?.rebuilt)).toBe(2 * Number(sample?.columns.amount?.live));
    await dropScratch(engines.pool, scratch.schema);
    const { rows } = await engines.pool.query("SELECT 1 FROM runner.positions WHERE name LIKE 'scratch%'");
    expect(rows).toEqual([]);
  });

  test("the same handler changes nothing", async () => {
    const file = await handler("same.ts", `export { salesProjection as default } from "$REAL";`);
    const { scratch, diff } = await whatIf({ ...building(), file });
    expect(diff.equal).toBe(true);
    await dropScratch(engines.pool, scratch.schema);
  });

  const REAL = 'import { salesProjection as real } from "$REAL";\n';
  test.each([
    ["has no default export", "export const projection = 1;", /no default export/],
    ["is no projection", "export default { name: 'sales' };", /no function "create"/],
    ["does not parse", "export default {", /cannot be loaded/],
    ["throws when it is loaded", "throw new Error('not today');", /not today/],
    ["names another projection", `${REAL}export default { ...real, name: "orders" };`, /compared with "sales"/],
    ["changes the tables", `${REAL}export default { ...real, tables: ["orders"] };`, /changes the tables/],
    [
      "changes a column",
      `${REAL}export default { ...real, create: (schema) => real.create(schema).replace("changes int", "edits int") };`,
      /changes the columns of orders/,
    ],
    ["makes no valid tables", `${REAL}export default { ...real, create: () => "CREATE TABEL" };`, /cannot make its/],
    [
      "throws at every event",
      `${REAL}export default { ...real, handle: () => { throw new TypeError("site is not a function"); } };`,
      /throws: site is not a function/,
    ],
  ])("a file that %s is refused with the reason", async (what, text, reason) => {
    const file = await handler(`${what.replaceAll(" ", "-")}.ts`, text);
    await expect(whatIf({ ...building(), file })).rejects.toMatchObject({ code: "handler_file" });
    await expect(whatIf({ ...building(), file })).rejects.toThrow(reason);
    expect(await listScratches(engines.pool)).toEqual([]);
  });

  test("the files of a folder are offered by name", async () => {
    await writeFile(join(folder, "notes.txt"), "");
    expect(await listHandlers(folder)).toContain("same.ts");
    expect(await listHandlers(folder)).not.toContain("notes.txt");
  });
});

describe("explain", () => {
  test("lists the events that made a row, and what each changed in it", async () => {
    const stream = streams[7] ?? "";
    const before = await everything();
    const told = await explain(explaining("orders", { stream }));
    expect(told).toMatchObject({ truncated: false, complete: true, row: { stream, changes: "3", last: "sale.ended" } });
    expect(told.events.map(({ type, changes }) => [type, Object.keys(changes)])).toEqual([
      ["sale.begun", ["stream", "changes", "last", "version"]],
      ["sale.changed", ["changes", "last", "version"]],
      ["sale.ended", ["changes", "last", "version"]],
    ]);
    expect(told.events[1]?.changes.last).toEqual({ from: "sale.begun", to: "sale.changed" });
    expect(await everything()).toEqual(before);
    const { rows } = await engines.pool.query("SELECT 1 FROM pg_namespace WHERE nspname LIKE 'explain%'");
    expect(rows).toEqual([]);
  });

  test("says at which event the handler gave up on a stream", async () => {
    const told = await explain(explaining("orders", { stream: poisoned }));
    expect(told.events.map(({ type, failure }) => [type, failure?.slice(0, 7)])).toEqual([
      ["sale.begun", undefined],
      ["sale.poisonous", "no sale"],
    ]);
    expect(told.complete).toBe(true);
  });

  test("looks at a bounded number of events, for a bounded time, and says so", async () => {
    const told = await explain({ ...explaining("orders", { stream: streams[7] ?? "" }), mostEvents: 2 });
    expect(told).toMatchObject({ truncated: true, complete: false });
    expect(told.events.length).toBe(2);
    const hasty = await explain({ ...explaining("orders", { stream: streams[7] ?? "" }), mostMs: -1 });
    expect(hasty).toMatchObject({ truncated: true, complete: false, events: [] });
  });

  test("answers for a row that does not exist", async () => {
    const told = await explain(explaining("orders", { stream: "order-never" }));
    expect(told).toMatchObject({ row: undefined, events: [], complete: false });
  });

  test("refuses what it cannot answer with the reason", async () => {
    const unexplained = { ...explaining("orders", { stream: "x" }), projection: salesProjection };
    await expect(explain(unexplained)).rejects.toMatchObject({ code: "projection_unexplained" });
    await expect(explain(explaining("nothing", {}))).rejects.toThrow("there are: orders, sites");
    await expect(explain(explaining("orders", { site: "1" }))).rejects.toThrow("is named by stream");
    await expect(explain(explaining("orders", {}))).rejects.toBeInstanceOf(ExplainError);
  });
});
