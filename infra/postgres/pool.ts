import pg from "pg";
import type { Log } from "../log.ts";
import { ConnectionTaggingClient, tagConnectionError } from "./connection-errors.ts";
import type { Part } from "./parts.ts";

/** What a pool needs to know of the configuration. */
export interface DatabaseSettings {
  readonly DATABASE_URL?: string | undefined;
  readonly DATABASE_TIMEOUT_MS: number;
  readonly DATABASE_POOL: number;
}

export interface PoolOptions {
  /** At most this many connections. Default: DATABASE_POOL, or 12 for a bare URL. */
  readonly max?: number;
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
  /** Where the loss of an idle connection is logged. */
  readonly log?: Log;
  /** Act as the role of this part (see parts.ts), where the database has roles; otherwise as the login itself. */
  readonly part?: Part;
}

/**
 * A pool whose every wait is bounded: connecting, statements (by the server, and a little later by the client, should
 * the server not answer at all), transactions left open. Its errors can be asked `isDatabaseTrouble`.
 */
export function createPool(database: DatabaseSettings | string, options: PoolOptions): pg.Pool {
  const settings =
    typeof database === "string"
      ? { DATABASE_URL: database, DATABASE_TIMEOUT_MS: 10_000, DATABASE_POOL: 12 }
      : database;
  if (settings.DATABASE_URL === undefined) throw new Error("DATABASE_URL is not set");
  const timeout = settings.DATABASE_TIMEOUT_MS;
  const pool = new TaggingPool({
    connectionString: settings.DATABASE_URL,
    Client: ConnectionTaggingClient,
    max: options.max ?? settings.DATABASE_POOL,
    application_name: options.applicationName,
    connectionTimeoutMillis: Math.min(timeout, 5_000),
    idleTimeoutMillis: 30_000,
    statement_timeout: timeout,
    query_timeout: timeout + 2_000,
    idle_in_transaction_session_timeout: 2 * timeout,
    // Statements that do not need each other's answers share a packet and a round trip.
    pipeline: true,
    keepAlive: true,
    keepAliveInitialDelayMillis: 5_000,
    ...(options.part === undefined ? {} : { onConnect: actAsPart(options.part, options.log) }),
  });
  // The pool drops such a connection by itself; without a listener the event would end the process.
  pool.on("error", (error) => options.log?.warn({ err: error }, "an idle database connection was lost"));
  return pool;
}

/**
 * Takes on a part's role, once for each new connection, before anything else runs on it. A transaction that acts as
 * another role (SET LOCAL) comes back to this one at its end; RESET ROLE would bring back the login, and nobody says it.
 */
function actAsPart(part: Part, log?: Log): (client: pg.ClientBase) => Promise<void> {
  let told = false;
  return async (client) => {
    const role = await client
      .query<{ role: string }>("SELECT set_config('role', role, false) AS role FROM ordertrail.roles WHERE part = $1", [
        part,
      ])
      .then(({ rows }) => rows[0]?.role)
      .catch((cause: unknown) => {
        const { code = "" } = cause as { readonly code?: string };
        // No such table: a database that was not migrated yet says so at the first real statement.
        if (code === "42P01" || code === "3F000") return undefined;
        throw new Error(`the database does not let this login act as "${part}"`, { cause });
      });
    if (role === undefined && !told) {
      told = true;
      log?.warn({ part }, "this database has no roles: everything is done as the login itself");
    }
  };
}

/** Marks what goes wrong between asking for a connection and having it, as the client marks the rest. */
class TaggingPool extends pg.Pool {
  override connect(): Promise<pg.PoolClient>;
  override connect(
    callback: (err: Error | undefined, client: pg.PoolClient | undefined, done: (release?: unknown) => void) => void,
  ): void;
  override connect(
    callback?: (err: Error | undefined, client: pg.PoolClient | undefined, done: (release?: unknown) => void) => void,
  ): Promise<pg.PoolClient> | undefined {
    if (callback === undefined)
      return super.connect().catch((error: unknown) => Promise.reject(tagConnectionError(error)));
    super.connect((error, client, done) => callback(error && tagConnectionError(error), client, done));
    return undefined;
  }
}

/**
 * Waits for statements that were sent one after the other without waiting. Rejects with the first failure, and only when
 * none of them is at work any more.
 */
export async function allSent<T extends readonly unknown[]>(
  ...sent: { readonly [K in keyof T]: Promise<T[K]> }
): Promise<T> {
  await Promise.allSettled(sent);
  return (await Promise.all(sent)) as unknown as T; // settled by now, in their order
}

/** How a transaction saves round trips. */
export interface FewRoundTrips {
  /**
   * The statement that goes out together with COMMIT. It must fail at the server where the transaction may not be
   * committed: then COMMIT finds it failed and rolls it back.
   */
  last(client: pg.PoolClient): Promise<unknown>;
}

/**
 * Runs `work` in one transaction and returns what it returns. When it throws, the transaction is rolled back and the
 * error goes on. A failed COMMIT is never cancelled or repeated: its error goes on, and whether the transaction took
 * place is for the caller to look up.
 *
 * With `few`, BEGIN goes out together with the first statement of `work` as well. Should BEGIN itself fail, that one
 * statement is carried out on its own, and the transaction fails: it must be one that may be repeated.
 */
export async function inTransaction<T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<T>,
  few?: FewRoundTrips,
): Promise<T> {
  const client = await pool.connect();
  // A connection lost between two statements is reported by the next one; the event alone must not end the process.
  const ignore = () => undefined;
  client.on("error", ignore);
  let reusable = false;
  try {
    const begun = client.query("BEGIN");
    begun.catch(ignore);
    if (few === undefined) await begun;
    const result = await work(client);
    await begun;
    await allSent(...(few === undefined ? [] : [few.last(client)]), client.query("COMMIT"));
    reusable = true;
    return result;
  } catch (error) {
    reusable = await client.query("ROLLBACK").then(
      () => true,
      () => false,
    );
    throw error;
  } finally {
    client.off("error", ignore);
    client.release(!reusable);
  }
}
