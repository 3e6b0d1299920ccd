import type { Pool, PoolClient } from "pg";
import type { Projection } from "./projection.ts";

/** Roles of the database by the part they play, as `ordertrail migrate` has set them up; empty where there are none. */
type Roles = ReadonlyMap<string, string>;

async function rolesOf(db: Pool | PoolClient): Promise<Roles> {
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
  projection: Pick<Projection, "tables" | "insertOnly">,
  schema: string,
): Promise<void> {
  const roles = await rolesOf(tx);
  const workers = roles.get("workers");
  if (workers === undefined) return;
  await grantReading(tx, roles, schema);
  await tx.query(`GRANT USAGE ON SCHEMA ${schema} TO ${workers}`);
  for (const table of projection.tables) {
    const rights = projection.insertOnly?.includes(table) ? "SELECT, INSERT" : "SELECT, INSERT, UPDATE, DELETE";
    await tx.query(`GRANT ${rights} ON ${schema}.${table} TO ${workers}`);
  }
}

/** The tables of a scratch schema are for reading; what builds them acts as the scratch role or as their owner. */
export async function grantToReaders(tx: PoolClient, schema: string): Promise<void> {
  const roles = await rolesOf(tx);
  if (roles.size === 0) return;
  await grantReading(tx, roles, schema);
  const writers = [roles.get("workers"), roles.get("scratch")].filter((role) => role !== undefined).join(", ");
  if (writers === "") return;
  await tx.query(`GRANT USAGE ON SCHEMA ${schema} TO ${writers}`);
  await tx.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO ${writers}`);
}

async function grantReading(tx: PoolClient, roles: Roles, schema: string): Promise<void> {
  const readers = [roles.get("api"), roles.get("readers")].filter((role) => role !== undefined).join(", ");
  if (readers === "") return;
  await tx.query(`GRANT USAGE ON SCHEMA ${schema} TO ${readers}`);
  await tx.query(`GRANT SELECT ON ALL TABLES IN SCHEMA ${schema} TO ${readers}`);
}
