import pg from "pg";

/** A login that reads and nothing else. */
export interface AnalystLogin {
  readonly name: string;
  readonly password: string;
}

/** Bounds what one analyst can take from the system; each of them can be changed with ALTER ROLE. */
const SETTINGS: Readonly<Record<string, string>> = {
  default_transaction_read_only: "on",
  statement_timeout: "15min",
  idle_in_transaction_session_timeout: "15min",
  // A query of an analyst gives way, in place of making others wait behind it.
  lock_timeout: "10s",
  search_path: "analyst",
};
const MOST_CONNECTIONS = 10;

/**
 * Makes the login of analysts, or gives it its password anew: a member of the readers' role, in bounds. Other databases
 * of the server are as open to it as they are to everybody.
 */
export async function ensureAnalystLogin(
  pool: pg.Pool,
  { name, password }: AnalystLogin,
  readers: string,
): Promise<void> {
  const role = pg.escapeIdentifier(name);
  const { rowCount } = await pool.query("SELECT 1 FROM pg_roles WHERE rolname = $1", [name]);
  await pool.query(
    `${rowCount === 0 ? "CREATE" : "ALTER"} ROLE ${role} LOGIN INHERIT NOCREATEDB NOCREATEROLE
     CONNECTION LIMIT ${MOST_CONNECTIONS} PASSWORD ${pg.escapeLiteral(password)}`,
  );
  await pool.query(`GRANT ${readers} TO ${role}`);
  for (const [setting, value] of Object.entries(SETTINGS)) {
    await pool.query(`ALTER ROLE ${role} SET ${setting} = ${pg.escapeLiteral(value)}`);
  }
}
