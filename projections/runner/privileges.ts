import type { Pool, PoolClient } from "pg";
import type { Part } from "../../infra/postgres/parts.ts";
import type { Projection } from "./projection.ts";

/** Roles of the database by the part they play, as `ordertrail migrate` has set them up; empty where there are none. */
export type Roles = ReadonlyMap<string, string>;

/** Asks which roles there are. */
export async function rolesOf(db: Pool | PoolClient): Promise<Roles> {
  const { rows: there } = await db.query<{ there: boolean }>(
    "SELECT to_regclass('ordertrail.roles') IS NOT NULL AND has_table_privilege('ordertrail.roles', 'SELECT') AS there",
  );
  if (there[0]?.there !== true) return new Map();
  const { rows } = await db.query<{ part: string; role: string }>("SELECT part, role FROM ordertrail.roles");
  return new Map(rows.map(({ part, role }) => [part, role]));
}

/**
 * The rest of the transaction acts as the owner of the read models: for DDL. Where there are no roles nothing changes.
 */
export async function asOwner(tx: PoolClient): Promise<void> {
  await actAs(tx, (await rolesOf(tx)).get("owner"));
}

/** The rest of the transaction acts as whoever owns the tables of a schema: the owner, or the scratch role. */
export async function asTableOwner(tx: PoolClient, schema: string): Promise<void> {
  const roles = await rolesOf(tx);
  if (roles.size === 0) return;
  const { rows } = await tx.query<{ owner: string }>(
    `SELECT pg_get_userbyid(relowner) AS owner FROM pg_class
     WHERE relnamespace = to_regnamespace($1) AND relkind = 'r' LIMIT 1`,
    [schema],
  );
  const owner = rows[0]?.owner;
  if (owner !== undefined && [...roles.values()].includes(owner)) await actAs(tx, owner);
}

/** The rest of the transaction (or of its savepoint) acts as a role; undefined changes nothing. */
export async function actAs(tx: PoolClient, role: string | undefined): Promise<void> {
  if (role !== undefined) await tx.query("SELECT set_config('role', $1, true)", [role]);
}

/** The role that may write scratch schemas and nothing else; undefined where there are no roles. */
export async function scratchRole(db: Pool | PoolClient): Promise<string | undefined> {
  return (await rolesOf(db)).get("scratch");
}

/**
 * Who may do what with the tables of a generation: the API and analysts read, the workers write, and to the tables that
 * the projection calls insert-only they add rows and nothing else. To be called in the transaction that made them.
 */
export async function grantGeneration(
  tx: PoolClient,
  projection: Pick<Projection, "insertOnly">,
  schema: string,
  known?: Roles,
): Promise<void> {
  const roles = known ?? (await rolesOf(tx));
  const workers = roles.get("workers");
  if (workers === undefined) return;
  await grantReading(tx, roles, schema);
  await tx.query(`GRANT USAGE ON SCHEMA ${schema} TO ${workers}`);
  const { rows: there } = await tx.query<{ table: string }>(
    "SELECT relname AS table FROM pg_class WHERE relnamespace = to_regnamespace($1) AND relkind = 'r'",
    [schema],
  );
  for (const { table } of there) {
    const insertOnly = projection.insertOnly?.includes(table) ?? false;
    if (insertOnly) await tx.query(`REVOKE ALL ON ${schema}.${table} FROM ${workers}`);
    const rights = insertOnly ? "SELECT, INSERT" : "SELECT, INSERT, UPDATE, DELETE";
    await tx.query(`GRANT ${rights} ON ${schema}.${table} TO ${workers}`);
  }
}

/**
 * The tables of a scratch schema are for reading; the workers and the scratch role fill them. To be called as the owner
 * of the schema; `tables` is whose its tables are, and only their owner can give rights to them.
 */
export async function grantScratch(
  tx: PoolClient,
  roles: Roles,
  schema: string,
  tables: "owner" | "scratch",
): Promise<void> {
  const readers = named(roles, "api", "readers");
  const writers = named(roles, "workers", "scratch");
  if (readers === "" || writers === "") return;
  await tx.query(`GRANT USAGE ON SCHEMA ${schema} TO ${readers}, ${writers}`);
  await actAs(tx, roles.get(tables));
  await tx.query(`GRANT SELECT ON ALL TABLES IN SCHEMA ${schema} TO ${readers}`);
  await tx.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO ${writers}`);
  await actAs(tx, roles.get("owner"));
}

async function grantReading(tx: PoolClient, roles: Roles, schema: string): Promise<void> {
  const readers = named(roles, "api", "readers");
  if (readers === "") return;
  await tx.query(`GRANT USAGE ON SCHEMA ${schema} TO ${readers}`);
  await tx.query(`GRANT SELECT ON ALL TABLES IN SCHEMA ${schema} TO ${readers}`);
}

/** Those of the roles that there are, as a list for SQL. */
const named = (roles: Roles, ...parts: readonly Part[]): string =>
  parts
    .map((part) => roles.get(part))
    .filter((role) => role !== undefined)
    .join(", ");

/**
 * Gives the read models that exist already to the owner of read models, and everybody their rights; and makes the
 * schema of the views of analysts. To be called once `ordertrail.roles` is (about to be) filled.
 */
export async function adoptGenerations(
  tx: PoolClient,
  projections: readonly Projection[],
  roles: Roles,
): Promise<void> {
  const owner = roles.get("owner");
  const readers = roles.get("readers");
  await tx.query(`CREATE SCHEMA IF NOT EXISTS analyst AUTHORIZATION ${owner}`);
  await tx.query(`GRANT USAGE ON SCHEMA analyst TO ${readers}`);
  // Read models that are made from now on, and the views upon them.
  await tx.query(`ALTER DEFAULT PRIVILEGES FOR ROLE ${owner} GRANT SELECT ON TABLES TO ${readers}`);
  const { rows } = await tx.query<{ projection: string; schema: string; mine: boolean }>(
    `SELECT g.projection, g.schema, n.nspowner = to_regrole($1) AS mine
     FROM runner.generations g JOIN pg_namespace n ON n.nspname = g.schema WHERE g.state <> 'retired'`,
    [owner],
  );
  for (const { projection: name, schema, mine } of rows) {
    const projection = projections.find((one) => one.name === name);
    if (projection === undefined) continue;
    if (!mine) await giveTo(tx, schema, owner ?? "");
    await grantGeneration(tx, projection, schema, roles);
  }
}

async function giveTo(tx: PoolClient, schema: string, owner: string): Promise<void> {
  const { rows } = await tx.query<{ table: string }>(
    "SELECT c.relname AS table FROM pg_class c WHERE c.relnamespace = to_regnamespace($1) AND c.relkind = 'r'",
    [schema],
  );
  await tx.query(`ALTER SCHEMA ${schema} OWNER TO ${owner}`);
  for (const { table } of rows) await tx.query(`ALTER TABLE ${schema}.${table} OWNER TO ${owner}`);
}
