import { rmSync } from "node:fs";
import { open, rename } from "node:fs/promises";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { LogSpan } from "../events.ts";
import { type AttributeType, type AttributeValue, OBJECT_TYPES, typeOfValue } from "./mapping.ts";
import { ObjectStore, type OcelObject } from "./object-store.ts";
import type { OcelCounts } from "./ocel-log.ts";
import { ocelPages, type RelatedEvent } from "./related-events.ts";

const COLUMN: Readonly<Record<AttributeType, string>> = { string: "TEXT", integer: "INTEGER", boolean: "BOOLEAN" };

/** What the standard writes as the time of values that an object has from the beginning. */
const FROM_THE_BEGINNING = "1970-01-01 00:00:00";

const TABLES = `
  PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
  CREATE TABLE event (ocel_id TEXT PRIMARY KEY, ocel_type TEXT NOT NULL);
  CREATE TABLE event_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT NOT NULL);
  CREATE TABLE event_object (
    ocel_event_id TEXT NOT NULL, ocel_object_id TEXT NOT NULL, ocel_qualifier TEXT NOT NULL,
    PRIMARY KEY (ocel_event_id, ocel_object_id, ocel_qualifier));
  CREATE TABLE object (ocel_id TEXT PRIMARY KEY, ocel_type TEXT NOT NULL);
  CREATE TABLE object_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT NOT NULL);
  CREATE TABLE object_object (
    ocel_source_id TEXT NOT NULL, ocel_target_id TEXT NOT NULL, ocel_qualifier TEXT NOT NULL,
    PRIMARY KEY (ocel_source_id, ocel_target_id, ocel_qualifier));`;

/** Writes a part of the log as OCEL 2.0 in its relational form, a SQLite file that is there when it is complete. */
export async function writeOcelSqlite(
  span: LogSpan,
  path: string,
  onEvents: (events: number) => void = () => {},
): Promise<OcelCounts> {
  const draft = `${path}.draft-${process.pid}`;
  const store = new ObjectStore(`${path}.objects-${process.pid}`);
  const log = new RelationalLog(draft);
  try {
    let events = 0;
    for await (const page of ocelPages(span, store)) {
      log.together(() => {
        for (const event of page) log.addEvent(event);
      });
      events += page.length;
      onEvents(events);
    }
    let objects = 0;
    log.together(() => {
      for (const object of store.all()) {
        log.addObject(object);
        objects++;
      }
    });
    log.close();
    const written = await open(draft, "r+");
    await written.sync().finally(() => written.close());
    await rename(draft, path);
    return { events, objects };
  } catch (error) {
    log.close();
    rmSync(draft, { force: true });
    throw error;
  } finally {
    store.close();
  }
}

class RelationalLog {
  readonly #db: DatabaseSync;
  readonly #event: StatementSync;
  readonly #object: StatementSync;
  readonly #ofEvent: StatementSync;
  readonly #ofObject: StatementSync;
  /** Columns of the table of each event type. */
  readonly #types = new Map<string, Set<string>>();

  constructor(path: string) {
    rmSync(path, { force: true });
    this.#db = new DatabaseSync(path);
    this.#db.exec(TABLES);
    this.#event = this.#db.prepare("INSERT INTO event VALUES (?, ?)");
    this.#object = this.#db.prepare("INSERT INTO object VALUES (?, ?)");
    this.#ofEvent = this.#db.prepare("INSERT INTO event_object VALUES (?, ?, ?)");
    this.#ofObject = this.#db.prepare("INSERT INTO object_object VALUES (?, ?, ?)");
    for (const [type, attributes] of Object.entries(OBJECT_TYPES)) {
      const columns = Object.entries(attributes).map(([name, of]) => `, "${name}" ${COLUMN[of]}`);
      this.#db.prepare("INSERT INTO object_map_type VALUES (?, ?)").run(type, type);
      this.#db.exec(
        `CREATE TABLE object_${type} (ocel_id TEXT, ocel_time TIMESTAMP, ocel_changed_field TEXT${columns.join("")})`,
      );
    }
  }

  together(work: () => void): void {
    this.#db.exec("BEGIN");
    work();
    this.#db.exec("COMMIT");
  }

  addEvent({ id, type, time, attributes, relationships }: RelatedEvent): void {
    this.#event.run(id, type);
    this.#insert(this.#tableOf(type, attributes), { ocel_id: id, ocel_time: sqlTime(time), ...attributes });
    for (const { objectId, qualifier } of relationships) this.#ofEvent.run(id, objectId, qualifier);
  }

  addObject({ id, type, attributes, relationships }: OcelObject): void {
    this.#object.run(id, type);
    const table = `object_${type}`;
    const first = new Map<string, AttributeValue>();
    for (const { name, time, value } of attributes) {
      if (!first.has(name)) first.set(name, value);
      else this.#insert(table, { ocel_id: id, ocel_time: sqlTime(time), ocel_changed_field: name, [name]: value });
    }
    this.#insert(table, { ocel_id: id, ocel_time: FROM_THE_BEGINNING, ...Object.fromEntries(first) });
    for (const { objectId, qualifier } of relationships) this.#ofObject.run(id, objectId, qualifier);
  }

  close(): void {
    if (this.#db.isOpen) this.#db.close();
  }

  /** The table of an event type; it and its columns are made when they are first needed. */
  #tableOf(type: string, attributes: Readonly<Record<string, AttributeValue>>): string {
    const map = type.replaceAll(/[^A-Za-z0-9]/g, "_");
    let columns = this.#types.get(type);
    if (columns === undefined) {
      columns = new Set();
      this.#types.set(type, columns);
      this.#db.prepare("INSERT INTO event_map_type VALUES (?, ?)").run(type, map);
      this.#db.exec(`CREATE TABLE "event_${map}" (ocel_id TEXT PRIMARY KEY, ocel_time TIMESTAMP)`);
    }
    for (const [name, value] of Object.entries(attributes)) {
      if (columns.has(name)) continue;
      columns.add(name);
      this.#db.exec(`ALTER TABLE "event_${map}" ADD COLUMN "${name}" ${COLUMN[typeOfValue(value)]}`);
    }
    return `event_${map}`;
  }

  readonly #statements = new Map<string, StatementSync>();

  #insert(table: string, row: Readonly<Record<string, AttributeValue>>): void {
    const names = Object.keys(row);
    const text = `INSERT INTO "${table}" (${names.map((name) => `"${name}"`)}) VALUES (${names.map(() => "?")})`;
    let statement = this.#statements.get(text);
    if (statement === undefined) {
      statement = this.#db.prepare(text);
      this.#statements.set(text, statement);
    }
    statement.run(...Object.values(row).map((value) => (typeof value === "boolean" ? Number(value) : value)));
  }
}

/** `2026-11-21 09:00:00.000`, UTC, as the standard's SQLite files have it. */
const sqlTime = (time: string): string => time.replace("T", " ").replace("Z", "");
