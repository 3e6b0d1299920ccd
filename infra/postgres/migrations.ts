import knexFactory, { type Knex } from "knex";
import type { Log } from "../log.ts";

/** One step of the schema, written once and never changed after it was released. */
export interface Migration {
  /** `<date>-<number>-<module>`, for instance `2026-11-21-01-runner`; steps run in the order of their names. */
  readonly name: string;
  /** Makes the change through the given connection, which is in a transaction. */
  up(db: Knex): Promise<void>;
}

/** Schema of the bookkeeping: which steps have run. */
const BOOKKEEPING = "ordertrail";

/** Identifies the advisory lock among others in the database: "otrl" as a number. */
const LOCK_KEY = 0x6f74726c;

/** How long to wait for another process that migrates. */
const LOCK_WAIT_MS = 60_000;

const NAME = /^\d{4}-\d{2}-\d{2}-\d{2}-[a-z0-9-]+$/;

/**
 * Brings the database at `url` up to date and returns the names of the steps that it ran. All of them run in one
 * transaction: either the whole step forward is there or none of it.
 *
 * Processes that start together take turns by an advisory lock, which ends with its connection. knex's own lock is a
 * row that a killed run could leave behind; under ours it is known to be stale and is freed. Lock and steps use the
 * only connection of the pool: while a statement of a killed run still works on the server, its lock holds.
 */
export async function migrate(url: string, migrations: readonly Migration[], log?: Log): Promise<string[]> {
  const ordered = inOrder(migrations);
  const db = knexFactory({
    client: "pg",
    connection: { connectionString: url, application_name: "ordertrail-migrate", connectionTimeoutMillis: 5_000 },
    pool: { min: 0, max: 1, acquireTimeoutMillis: LOCK_WAIT_MS },
    acquireConnectionTimeout: LOCK_WAIT_MS,
    migrations: {
      migrationSource: sourceOf(ordered),
      schemaName: BOOKKEEPING,
      tableName: "migrations",
    },
    log: { warn: () => undefined, debug: () => undefined, deprecate: () => undefined, error: () => undefined },
  });
  try {
    // Lets the server notice in the middle of a long statement that this process was killed; not every one can.
    await db.raw("SET client_connection_check_interval = '1s'").catch(() => undefined);
    await db.raw(`SET lock_timeout = ${LOCK_WAIT_MS}`);
    await db.raw("SELECT pg_advisory_lock(?)", [LOCK_KEY]);
    await db.raw("CREATE SCHEMA IF NOT EXISTS ??", [BOOKKEEPING]);
    await db.migrate.forceFreeMigrationsLock();
    const [, names]: [number, string[]] = await db.migrate.latest();
    for (const name of names) log?.info({ migration: name }, "migrated");
    return names;
  } finally {
    await db.destroy();
  }
}

function inOrder(migrations: readonly Migration[]): Migration[] {
  const names = new Set<string>();
  for (const { name } of migrations) {
    if (!NAME.test(name)) throw new Error(`a migration's name is <date>-<number>-<module>, not "${name}"`);
    if (names.has(name)) throw new Error(`two migrations are called "${name}"`);
    names.add(name);
  }
  return migrations.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

const sourceOf = (ordered: readonly Migration[]): Knex.MigrationSource<Migration> => ({
  getMigrations: async () => [...ordered],
  getMigrationName: (migration) => migration.name,
  // knex insists on a way back. There is none: what a step did wrong is mended by the next one.
  getMigration: async ({ up }) => ({ up, down: () => Promise.reject(new Error("there is no way back")) }),
});
