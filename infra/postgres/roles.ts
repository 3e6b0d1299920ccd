import pg from "pg";
import { PARTS, type Part } from "./parts.ts";
import { inTransaction } from "./pool.ts";

/** The roles of the parts by name. */
export type RoleNames = Readonly<Record<Part, string>>;

/** What some parts may do with the tables (and sequences) of a schema. */
export interface Grant {
  readonly schema: string;
  /** Left out: all tables of the schema. */
  readonly tables?: readonly string[];
  readonly rights: Readonly<Partial<Record<Part, readonly TableRight[]>>>;
}

export type TableRight = "SELECT" | "INSERT" | "UPDATE" | "DELETE";

/** The roles are there and the parts have their rights, or this login may not do that and somebody has to. */
export type RolesOutcome =
  | { readonly state: "applied"; readonly names: RoleNames }
  | { readonly state: "unavailable"; readonly reason: string; readonly byHand: readonly string[] };

export interface RolesOptions {
  /** Names are `<prefix>_<part>`: several installations share a server by different prefixes. */
  readonly prefix: string;
  readonly grants: readonly Grant[];
  /** Further rights, in the same transaction: those of the read models. */
  readonly also?: (tx: pg.PoolClient, names: RoleNames) => Promise<void>;
}

/** Identifies the advisory lock of this among others: "otro" as a number. */
const LOCK_KEY = 0x6f74726f;
const MOST_TRIES = 5;
const PREFIX = /^[a-z][a-z0-9_]{0,30}$/;

/** The names of the roles of a prefix. Throws for one that is no plain identifier. */
export function roleNames(prefix: string): RoleNames {
  if (!PREFIX.test(prefix)) throw new Error(`"${prefix}" cannot begin the names of database roles: ${PREFIX}`);
  const name = (part: Part) => `${prefix}_${part}`;
  return {
    owner: name("owner"),
    workers: name("workers"),
    api: name("api"),
    scratch: name("scratch"),
    readers: name("readers"),
  };
}

/**
 * Makes the roles where they are missing and gives each what it may do; run after every migration. All in one
 * transaction. Where the login of the pool may not do it, nothing is changed and the answer says what to run by hand.
 */
export async function applyRoles(pool: pg.Pool, { prefix, grants, also }: RolesOptions): Promise<RolesOutcome> {
  const names = roleNames(prefix);
  const missing = await missingStatements(pool, names);
  if (missing.statements.length > 0 && !missing.may) {
    const reason = `the login "${missing.login}" may not create roles`;
    return { state: "unavailable", reason, byHand: missing.statements };
  }
  try {
    await againWhenMet(pool, async (tx) => {
      await tx.query("SELECT pg_advisory_xact_lock($1)", [LOCK_KEY]);
      for (const statement of (await missingStatements(tx, names)).statements) await tx.query(statement);
      await refusePublic(tx, names);
      for (const grant of grants) await giveRights(tx, grant, names);
      await also?.(tx, names);
      await note(tx, names);
    });
    return { state: "applied", names };
  } catch (error) {
    if (!(error instanceof pg.DatabaseError && error.code === "42501")) throw error;
    const reason = `the login "${missing.login}" may not give rights: ${error.message}`;
    return { state: "unavailable", reason, byHand: allStatements(names, missing.login, missing.database) };
  }
}

/** Rights are rows of the catalogue, which whoever changes or analyses the same table at the same moment writes too. */
async function againWhenMet(pool: pg.Pool, work: (tx: pg.PoolClient) => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await inTransaction(pool, work);
    } catch (error) {
      const met = error instanceof pg.DatabaseError && error.code === "XX000";
      if (!met || tries >= MOST_TRIES) throw error;
    }
  }
}

/** What is still to be run for the roles to be there, and whether this login may. */
async function missingStatements(db: pg.Pool | pg.PoolClient, names: RoleNames) {
  const { rows } = await db.query<{ login: string; database: string; may: boolean; superuser: boolean }>(
    `SELECT current_user AS login, current_database() AS database, rolsuper OR rolcreaterole AS may, rolsuper AS superuser
     FROM pg_roles WHERE rolname = current_user`,
  );
  const { login = "", database = "", may = false, superuser = false } = rows[0] ?? {};
  const known = await db.query<{ role: string; member: boolean; creates: boolean }>(
    `SELECT rolname AS role, pg_has_role(current_user, oid, 'MEMBER') AS member,
       has_database_privilege(oid, current_database(), 'CREATE') AS creates
     FROM pg_roles WHERE rolname = ANY($1)`,
    [Object.values(names)],
  );
  const found = new Map(known.rows.map((row) => [row.role, row]));
  const acted = PARTS.filter((part) => part !== "readers").map((part) => names[part]);
  const statements = [
    ...PARTS.map((part) => names[part]).flatMap((role) => (found.has(role) ? [] : [`CREATE ROLE ${role} NOLOGIN`])),
    ...acted.flatMap((role) =>
      superuser || found.get(role)?.member ? [] : [`GRANT ${role} TO ${pg.escapeIdentifier(login)}`],
    ),
    ...(found.get(names.owner)?.creates
      ? []
      : [`GRANT CREATE, TEMPORARY ON DATABASE ${pg.escapeIdentifier(database)} TO ${names.owner}`]),
  ];
  return { login, database, may, statements };
}

const allStatements = (names: RoleNames, login: string, database: string): string[] => [
  ...PARTS.map((part) => `CREATE ROLE ${names[part]} NOLOGIN`),
  `GRANT ${PARTS.filter((part) => part !== "readers")
    .map((part) => names[part])
    .join(", ")} TO ${pg.escapeIdentifier(login)}`,
  `GRANT CREATE, TEMPORARY ON DATABASE ${pg.escapeIdentifier(database)} TO ${names.owner}`,
];

/** What PostgreSQL allows everybody: temporary tables can fill the disk. Only the database's owner can take it away. */
async function refusePublic(tx: pg.PoolClient, names: RoleNames): Promise<void> {
  const { rows } = await tx.query<{ database: string; mine: boolean }>(
    `SELECT datname AS database, pg_has_role(current_user, datdba, 'MEMBER') AS mine
     FROM pg_database WHERE datname = current_database()`,
  );
  const [found] = rows;
  if (!found?.mine) return;
  const database = pg.escapeIdentifier(found.database);
  await tx.query(`REVOKE TEMPORARY ON DATABASE ${database} FROM PUBLIC`);
  await tx.query(`GRANT TEMPORARY ON DATABASE ${database} TO ${names.owner}, ${names.workers}`);
}

async function giveRights(tx: pg.PoolClient, { schema, tables, rights }: Grant, names: RoleNames): Promise<void> {
  const on = tables ? tables.map((table) => `${schema}.${table}`).join(", ") : `ALL TABLES IN SCHEMA ${schema}`;
  for (const part of PARTS) {
    const given = rights[part];
    if (given === undefined) continue;
    await tx.query(`GRANT USAGE ON SCHEMA ${schema} TO ${names[part]}`);
    await tx.query(`GRANT ${given.join(", ")} ON ${on} TO ${names[part]}`);
    if (given.includes("INSERT")) {
      await tx.query(`GRANT USAGE ON ALL SEQUENCES IN SCHEMA ${schema} TO ${names[part]}`);
    }
  }
}

/** From now on processes act as the roles that are noted here. */
async function note(tx: pg.PoolClient, names: RoleNames): Promise<void> {
  await tx.query(`GRANT USAGE ON SCHEMA ordertrail TO PUBLIC`);
  await tx.query(`GRANT SELECT ON ordertrail.roles TO PUBLIC`);
  await tx.query(
    `INSERT INTO ordertrail.roles (part, role) SELECT * FROM unnest($1::text[], $2::text[])
     ON CONFLICT (part) DO UPDATE SET role = excluded.role`,
    [[...PARTS], PARTS.map((part) => names[part])],
  );
}
