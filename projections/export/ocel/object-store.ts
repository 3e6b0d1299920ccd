import { rmSync } from "node:fs";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { AttributeValue, ObjectType, SeenObject } from "./mapping.ts";

/** An object with everything that the log says of it. */
export interface OcelObject {
  readonly id: string;
  readonly type: ObjectType;
  readonly attributes: readonly { readonly name: string; readonly time: string; readonly value: AttributeValue }[];
  readonly relationships: readonly { readonly objectId: string; readonly qualifier: string }[];
}

/** The objects of a log, on disk: there are as many as there are orders. */
export class ObjectStore {
  readonly #path: string;
  readonly #db: DatabaseSync;
  readonly #add: StatementSync;
  readonly #attribute: StatementSync;
  readonly #relate: StatementSync;
  readonly #siteOf: StatementSync;

  /** @param path a file of its own, which is gone after `close` */
  constructor(path: string) {
    rmSync(path, { force: true });
    this.#path = path;
    this.#db = new DatabaseSync(path);
    // Only this process reads it, and only until it ends.
    this.#db.exec(`
      PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
      CREATE TABLE objects (id TEXT PRIMARY KEY, type TEXT NOT NULL) WITHOUT ROWID;
      CREATE TABLE attributes (
        id TEXT NOT NULL, name TEXT NOT NULL, time TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (id, name, time)
      ) WITHOUT ROWID;
      CREATE TABLE related (
        id TEXT NOT NULL, other TEXT NOT NULL, qualifier TEXT NOT NULL, PRIMARY KEY (id, other)
      ) WITHOUT ROWID;`);
    this.#add = this.#db.prepare("INSERT INTO objects VALUES (?, ?) ON CONFLICT DO NOTHING");
    this.#attribute = this.#db.prepare(
      `INSERT INTO attributes SELECT ?1, ?2, ?3, ?4
       WHERE ?4 IS NOT (SELECT value FROM attributes WHERE id = ?1 AND name = ?2 ORDER BY time DESC LIMIT 1)
       ON CONFLICT DO UPDATE SET value = excluded.value`,
    );
    this.#relate = this.#db.prepare("INSERT INTO related VALUES (?, ?, ?) ON CONFLICT DO NOTHING");
    this.#siteOf = this.#db.prepare("SELECT other FROM related WHERE id = ? AND qualifier = 'made at'");
  }

  /** Does much at once. */
  together(work: () => void): void {
    this.#db.exec("BEGIN");
    work();
    this.#db.exec("COMMIT");
  }

  /** Takes in what an event says of its objects; a value that did not change is not noted again. */
  add(objects: readonly SeenObject[], time: string): void {
    for (const { id, type, attributes, related } of objects) {
      this.#add.run(id, type);
      for (const [name, value] of Object.entries(attributes))
        this.#attribute.run(id, name, time, JSON.stringify(value));
      for (const [other, qualifier] of Object.entries(related)) this.#relate.run(id, other, qualifier);
    }
  }

  /** The site that makes a ticket, if the log has said so. */
  siteOf(ticket: string): string | undefined {
    const row = this.#siteOf.get(ticket) as { readonly other: string } | undefined; // as selected
    return row?.other;
  }

  /** All objects, by id. */
  *all(): Generator<OcelObject> {
    const attributes = this.#db.prepare("SELECT name, time, value FROM attributes WHERE id = ? ORDER BY time, name");
    const related = this.#db.prepare("SELECT other, qualifier FROM related WHERE id = ? ORDER BY other");
    const objects = this.#db.prepare("SELECT id, type FROM objects ORDER BY id");
    // The rows are as they were put in.
    for (const { id, type } of objects.iterate() as Iterable<{ id: string; type: ObjectType }>) {
      yield {
        id,
        type,
        attributes: (attributes.all(id) as { name: string; time: string; value: string }[]).map(
          ({ name, time, value }) => ({ name, time, value: JSON.parse(value) }),
        ),
        relationships: (related.all(id) as { other: string; qualifier: string }[]).map(({ other, qualifier }) => ({
          objectId: other,
          qualifier,
        })),
      };
    }
  }

  close(): void {
    this.#db.close();
    rmSync(this.#path, { force: true });
  }
}
