import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../infra/clock.ts";
import { type Engines, startEngines } from "../../infra/consumers/testing/engines.ts";
import { createLog } from "../../infra/log.ts";
import { appendMixed, idFor, ledgerStreams, masterData, orderStreams } from "../../test/fixtures/read-history.ts";
import { catalogueProjection } from "../catalogue/projection.ts";
import { kitchenProjection } from "../kitchen/projection.ts";
import { buildUpTo } from "../replay/build-generation.ts";
import { ensureProjection, type Generation } from "../runner/generations.ts";
import { timelineProjection } from "../timeline/projection.ts";
import { eventRows } from "./events.ts";
import { writeOcel } from "./ocel/ocel-log.ts";
import { writeOcelSqlite } from "./ocel/ocel-sqlite.ts";
import { OutputFile } from "./output-file.ts";
import { ROW_FORMATS, type RowFormat, writeRows } from "./row-writers.ts";
import type { RowSource } from "./rows.ts";
import { withTables } from "./tables.ts";

const log = createLog("test", "silent");
let engines: Engines;
let folder: string;
let events: number;
const generations = new Map<string, Generation>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ordertrail-export-"));
  engines = await startEngines();
  const { pool, store } = engines;
  const streams = [...masterData(), ...ledgerStreams("bakery-mitte", 5, 60), ...orderStreams(20, 7)];
  events = await appendMixed(store, streams, 3);
  for (const projection of [timelineProjection, catalogueProjection]) {
    const live = await ensureProjection(pool, projection, systemClock);
    generations.set(projection.name, live);
    const building = { projection, pool, store, log, clock: systemClock, instance: "live" };
    await buildUpTo(building, live, await store.head());
  }
});

afterAll(async () => {
  await engines?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function write(source: RowSource, format: RowFormat): Promise<{ path: string; rows: number }> {
  const path = join(folder, `${source.name}.${format}`);
  const file = await OutputFile.create(path);
  const rows = await writeRows(source, format, file);
  await file.finish();
  return { path, rows };
}

async function readBack(path: string, format: RowFormat): Promise<Record<string, unknown>[]> {
  if (format === "parquet") return await parquetReadObjects({ file: await asyncBufferFromFile(path) });
  const text = await readFile(path, "utf8");
  if (format === "jsonl")
    return text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
  const [header = [], ...rows] = csv(text);
  return rows.map((row) => Object.fromEntries(row.map((field, n) => [header[n], field])));
}

/** Fields of a text after RFC 4180. */
function csv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain = "", end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ",") continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

const whole = async () => ({ store: engines.store, after: undefined, until: await engines.store.head() });
const texts = (row: Record<string, unknown>, ...names: string[]) => names.map((name) => String(row[name]));

describe("events", () => {
  test.each(ROW_FORMATS)("written as %s are read back as they are stored", async (format) => {
    const { path, rows } = await write(eventRows(await whole()), format);
    const back = await readBack(path, format);
    expect([rows, back.length]).toEqual([events, events]);
    const stored = (await engines.store.readAll(undefined, events + 1)).events;
    for (const [n, event] of stored.entries()) {
      const row = back[n] ?? {};
      expect(texts(row, "position", "stream", "revision", "id", "type")).toEqual(
        [event.position.commit, event.stream, event.revision, event.id, event.type].map(String),
      );
      expect(row.hash).toBe(event.metadata.hash);
      const data = typeof row.data === "string" ? JSON.parse(row.data) : row.data;
      expect(data).toEqual(event.data);
      expect(new Date(row.at as string | Date).toISOString()).toBe(event.metadata.at); // a Date in Parquet
    }
  });

  test("of a part of the log follow on from one another without a gap", async () => {
    const { store } = engines;
    const middle = (await store.readAll(undefined, 50)).events[49]?.position;
    const first = await write(eventRows({ store, after: undefined, until: middle }), "jsonl");
    const second = await write(eventRows({ ...(await whole()), after: middle }), "jsonl");
    expect([first.rows, second.rows]).toEqual([50, events - 50]);
  });

  test("say in the Parquet file as of which position they are", async () => {
    const source = eventRows(await whole());
    const { path } = await write(source, "parquet");
    const { key_value_metadata: said, num_rows: rows } = await parquetMetadataAsync(await asyncBufferFromFile(path));
    expect(said).toContainEqual({ key: "ordertrail.position", value: source.position });
    expect(rows).toBe(BigInt(events));
  });
});

describe("a read model", () => {
  const live = (name: string): Generation => {
    const found = generations.get(name);
    if (found === undefined) throw new Error(`${name} was not built`);
    return found;
  };

  test("with a time that has no end is written with the last one that other tools know", async () => {
    const { pool } = engines;
    const kitchen = await ensureProjection(pool, kitchenProjection, systemClock);
    await pool.query(
      `INSERT INTO ${kitchen.schema}.tickets
         (order_id, fulfilment_id, site_id, status, received_at, changed_at, shown_until, version)
       VALUES (gen_random_uuid(), '1.1', 'bakery-mitte', 'new', '2026-11-21Z', '2026-11-21Z', 'infinity', 1)`,
    );
    for (const format of ROW_FORMATS) {
      const { path } = await withTables(pool, kitchen, ["tickets"], async ([source]) => {
        if (source === undefined) throw new Error("no table");
        return await write(source, format);
      });
      const [row] = await readBack(path, format);
      expect(new Date(row?.shown_until as string | Date).toISOString()).toBe("9999-12-31T23:59:59.999Z"); // a Date in Parquet
    }
  });

  test.each(ROW_FORMATS)("written as %s is read back row by row", async (format) => {
    const { pool } = engines;
    const { path, rows } = await withTables(pool, live("timeline"), ["events"], async ([source]) => {
      if (source === undefined) throw new Error("no table");
      return await write(source, format);
    });
    const back = await readBack(path, format);
    const { rows: stored } = await pool.query(
      `SELECT order_id, revision, type, at, on_behalf_of, data::text AS data, hash FROM ${live("timeline").schema}.events
       ORDER BY order_id, revision`,
    );
    expect([rows, back.length]).toEqual([stored.length, stored.length]);
    for (const [n, row] of back.entries()) {
      const names = ["order_id", "revision", "type", "hash"];
      expect(texts(row, ...names)).toEqual(texts(stored[n], ...names));
      expect(new Date(row.at as string | Date)).toEqual(stored[n].at);
      expect(row.on_behalf_of === "" ? null : row.on_behalf_of).toBe(stored[n].on_behalf_of);
      expect(typeof row.data === "string" ? JSON.parse(row.data) : row.data).toEqual(JSON.parse(stored[n].data));
    }
  });

  test("with several tables is of one position, whatever is written meanwhile", async () => {
    const { pool } = engines;
    const { schema } = live("catalogue");
    await withTables(pool, live("catalogue"), ["sites", "items"], async ([sites, items]) => {
      if (sites === undefined || items === undefined) throw new Error("no tables");
      const { rows } = await write(sites, "csv");
      await pool.query(
        `INSERT INTO ${schema}.items SELECT sku || '-new', withdrawn, details, revision, version FROM ${schema}.items`,
      );
      const { rows: later } = await write(items, "csv");
      const counted = await pool.query(`SELECT count(*)::int AS items FROM ${schema}.items`);
      expect(rows).toBeGreaterThan(0);
      expect(2 * later).toBe(counted.rows[0].items);
      expect(sites.position).toBe(items.position);
    });
    await pool.query(`DELETE FROM ${schema}.items WHERE sku LIKE '%-new'`);
  });
});

describe("an OCEL log", () => {
  interface Relation {
    objectId: string;
    qualifier: string;
  }
  interface Ocel {
    events: { id: string; type: string; time: string; attributes: { name: string }[]; relationships: Relation[] }[];
    objects: {
      id: string;
      type: string;
      attributes: { name: string; time: string; value: unknown }[];
      relationships: Relation[];
    }[];
    eventTypes: { name: string; attributes: { name: string; type: string }[] }[];
    objectTypes: { name: string; attributes: { name: string; type: string }[] }[];
  }
  let ocel: Ocel;

  beforeAll(async () => {
    const path = join(folder, "log.ocel.json");
    const file = await OutputFile.create(path);
    const counts = await writeOcel(await whole(), file, `${path}.objects`);
    await file.finish();
    ocel = JSON.parse(await readFile(path, "utf8"));
    expect(counts).toEqual({ events: ocel.events.length, objects: ocel.objects.length });
  });

  test("holds every event and only declared types and attributes", () => {
    expect(ocel.events.length).toBe(events);
    for (const { type, attributes } of ocel.events) {
      const declared = ocel.eventTypes.find(({ name }) => name === type)?.attributes.map(({ name }) => name);
      expect(declared).toEqual(expect.arrayContaining(attributes.map(({ name }) => name)));
    }
    for (const { type, attributes } of ocel.objects) {
      const declared = ocel.objectTypes.find(({ name }) => name === type)?.attributes.map(({ name }) => name);
      expect(declared).toEqual(expect.arrayContaining(attributes.map(({ name }) => name)));
    }
  });

  test("relates events and objects to objects that are there", () => {
    const ids = new Set(ocel.objects.map(({ id }) => id));
    expect(ids.size).toBe(ocel.objects.length);
    for (const { relationships } of [...ocel.events, ...ocel.objects]) {
      for (const { objectId } of relationships) expect(ids).toContain(objectId);
    }
    for (const { relationships } of ocel.events) expect(relationships.length).toBeGreaterThan(0);
  });

  test("shows an order with its customer, tickets, sites and items, and a ticket's later events at its site", () => {
    const order = `order:${idFor("order-7-0")}`;
    const about = ocel.events.filter(({ relationships }) => relationships.some(({ objectId }) => objectId === order));
    const placed = about.find(({ type }) => type === "order.placed");
    expect(new Set(placed?.relationships.map(({ qualifier }) => qualifier))).toEqual(
      new Set(["order", "customer", "ticket", "site", "item"]),
    );
    const reserved = ocel.events.find(({ type }) => type === "stock.reserved");
    expect(reserved?.relationships.map(({ qualifier }) => qualifier).toSorted()).toEqual(["order", "site", "ticket"]);
    const found = ocel.objects.find(({ id }) => id === order);
    expect(found?.relationships).toMatchObject([{ qualifier: "placed for" }]);
    expect(found?.attributes.map(({ name }) => name).toSorted()).toEqual(["channel", "currency", "method", "total"]);
  });

  test("holds the same in its relational form", async () => {
    const path = join(folder, "log.sqlite");
    const counts = await writeOcelSqlite(await whole(), path);
    expect(counts).toEqual({ events: ocel.events.length, objects: ocel.objects.length });
    const db = new DatabaseSync(path, { readOnly: true });
    const rows = (text: string) =>
      db
        .prepare(text)
        .all()
        .map((row) => ({ ...row }));
    const relations = ocel.events.reduce((sum, { relationships }) => sum + relationships.length, 0);
    expect(rows("SELECT count(*) AS n FROM event_object")).toEqual([{ n: relations }]);
    const ready = ocel.events.filter(({ type }) => type === "kitchen.stage_started");
    expect(rows("SELECT ocel_id FROM event_kitchen_stage_started WHERE stage IS NOT NULL").length).toBe(ready.length);
    expect(rows("SELECT ocel_type_map FROM event_map_type WHERE ocel_type = 'kitchen.stage_started'")).toEqual([
      { ocel_type_map: "kitchen_stage_started" },
    ]);
    const named = rows(
      "SELECT name, ocel_changed_field AS changed FROM object_site WHERE ocel_id = 'site:bakery-mitte' AND name IS NOT NULL",
    );
    expect(named).toContainEqual({ name: "The new bakery", changed: "name" });
    db.close();
  });

  test("holds nothing that a person typed", async () => {
    const text = await readFile(join(folder, "log.ocel.json"), "utf8");
    for (const word of ['"contact"', '"note"', "inscription", '"ct"']) expect(text).not.toContain(word);
  });
});

test("a file that was not finished leaves nothing, and one before it stays", async () => {
  const path = join(folder, "kept.txt");
  const first = await OutputFile.create(path);
  await first.write("first");
  await first.finish();
  const second = await OutputFile.create(path);
  await second.write("second");
  expect(await readFile(path, "utf8")).toBe("first");
  await second.discard();
  expect(await readFile(path, "utf8")).toBe("first");
  expect((await readdir(folder)).filter((name) => name.includes("draft") || name.endsWith(".objects"))).toEqual([]);
});
