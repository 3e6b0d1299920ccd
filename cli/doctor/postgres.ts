import type { Pool } from "pg";
import { createPool } from "../../infra/postgres/pool.ts";
import { MIGRATIONS } from "../database/migrations.ts";
import { withoutPassword } from "../up/addresses.ts";
import { clockFinding } from "./clock-skew.ts";
import { type Examined, type Finding, ok, type Probe, problem, reasonOf, warning } from "./finding.ts";

/** Versions that the tests run against, oldest and newest; what is between is taken on trust. */
const POSTGRES_VERSIONS = { oldest: 15, newest: 18 } as const;

const PROBE_DATABASE_MS = 3_000;
/** Processes that one installation runs at least, each with a pool. */
const PROCESSES = 2;

/** A pool for looking at a database that may not answer. */
export const probePool = (url: string): Pool =>
  createPool(
    { DATABASE_URL: url, DATABASE_TIMEOUT_MS: PROBE_DATABASE_MS, DATABASE_POOL: 2 },
    { applicationName: "ordertrail doctor" },
  );

/** The database server: reachable, version, clock, settings that lose data, schema. */
export const postgresProbe: Probe = {
  area: "postgres",
  withinMs: 8_000,
  async look(examined) {
    const { DATABASE_URL: url } = examined.addresses;
    if (url === undefined) return [problem("its address is not known", 'start "ordertrail up", or set DATABASE_URL')];
    const pool = probePool(url);
    try {
      const server = await serverFacts(pool);
      return [
        version(server.number, url),
        clockFinding("Postgres", server.clock),
        ...settingsOf(server, examined),
        await schema(pool),
      ];
    } catch (error) {
      const embedded = examined.config.DATABASE_URL === undefined;
      return [
        problem(
          `${withoutPassword(url)} cannot be asked: ${reasonOf(error)}`,
          embedded
            ? 'start it: "ordertrail up"; its log is in logs/postgres.log'
            : "check that it runs, and DATABASE_URL",
        ),
      ];
    } finally {
      await pool.end().catch(() => undefined);
    }
  },
};

interface ServerFacts {
  readonly number: number;
  readonly fsync: string;
  readonly connections: number;
  readonly clock: { before: number; after: number; server: number; resolutionMs: number };
}

async function serverFacts(pool: Pool): Promise<ServerFacts> {
  // The first query also connects: the clock is asked on a connection that stands.
  const { rows } = await pool.query<{ number: string; fsync: string; connections: string }>(
    `SELECT current_setting('server_version_num') AS number, current_setting('fsync') AS fsync,
       current_setting('max_connections') AS connections`,
  );
  const before = Date.now();
  const asked = await pool.query<{ now: number }>("SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS now");
  const clock = { before, after: Date.now(), server: asked.rows[0]?.now ?? before, resolutionMs: 0 };
  const [row] = rows;
  return { number: Number(row?.number), fsync: row?.fsync ?? "", connections: Number(row?.connections), clock };
}

function version(number: number, url: string): Omit<Finding, "area"> {
  const [major, minor] = [Math.floor(number / 10_000), number % 10_000];
  const what = `PostgreSQL ${major}.${minor} at ${withoutPassword(url)}`;
  const { oldest, newest } = POSTGRES_VERSIONS;
  if (major < oldest) return problem(`${what}; supported are ${oldest} to ${newest}`, `upgrade it to ${newest}`);
  if (major > newest) return warning(`${what}; tested are ${oldest} to ${newest}`, "run the tests against it first");
  return ok(what);
}

function settingsOf({ fsync, connections }: ServerFacts, { config }: Examined): Omit<Finding, "area">[] {
  const needed = PROCESSES * config.DATABASE_POOL;
  return [
    ...(fsync === "off"
      ? [problem("fsync is off: a crash loses what was acknowledged", "set fsync = on in postgresql.conf")]
      : []),
    ...(connections < needed
      ? [
          warning(
            `max_connections is ${connections}; ${PROCESSES} processes with DATABASE_POOL=${config.DATABASE_POOL} want ${needed}`,
            "raise max_connections, or lower DATABASE_POOL",
          ),
        ]
      : []),
  ];
}

async function schema(pool: Pool): Promise<Omit<Finding, "area">> {
  const { rows: there } = await pool.query<{ there: boolean }>(
    "SELECT to_regclass('ordertrail.migrations') IS NOT NULL AS there",
  );
  const { rows } = there[0]?.there
    ? await pool.query<{ name: string }>("SELECT name FROM ordertrail.migrations")
    : { rows: [] };
  const made = new Set(rows.map(({ name }) => name));
  const missing = MIGRATIONS.filter(({ name }) => !made.has(name)).map(({ name }) => name);
  const unknown = [...made].filter((name) => !MIGRATIONS.some((known) => known.name === name));
  if (unknown.length > 0) {
    return problem(
      `the schema is ahead of this program: ${unknown.join(", ")}`,
      "run the program that made it, or a newer one; there is no way back",
    );
  }
  if (missing.length > 0) {
    return problem(
      `${missing.length} of ${MIGRATIONS.length} steps of the schema are missing: ${missing.join(", ")}`,
      'run "ordertrail migrate" ("ordertrail up" does it by itself)',
    );
  }
  return ok(`schema up to date, ${made.size} steps`);
}
