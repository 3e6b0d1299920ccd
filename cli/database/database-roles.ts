import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Pool } from "pg";
import { PROCESS_SCHEMAS } from "../../commands/processes/runner/effects-table.ts";
import type { Config } from "../../infra/config.ts";
import { readOrCreateSecret } from "../../infra/keys/secret-file.ts";
import { type AnalystLogin, ensureAnalystLogin } from "../../infra/postgres/analyst-login.ts";
import { createPool } from "../../infra/postgres/pool.ts";
import { applyRoles, type Grant, type RolesOutcome, roleNames, type TableRight } from "../../infra/postgres/roles.ts";
import { PROJECTIONS } from "../../projections/read-models.ts";
import { refreshAnalystViews } from "../../projections/runner/analyst-views.ts";
import { adoptGenerations } from "../../projections/runner/privileges.ts";

const READ: readonly TableRight[] = ["SELECT"];
const ALL: readonly TableRight[] = ["SELECT", "INSERT", "UPDATE", "DELETE"];
const KEEP: readonly TableRight[] = ["SELECT", "INSERT", "UPDATE"];

/** Who may do what in the schemas of the modules; those of read models are in projections/runner/privileges.ts. */
const GRANTS: readonly Grant[] = [
  { schema: "runner", rights: { owner: ALL, workers: ALL, api: READ } },
  // The relay's lease.
  { schema: "runner", tables: ["leases"], rights: { api: KEEP } },
  // Redrives and discards that people ask for, and that they end.
  { schema: "runner", tables: ["redrive_jobs", "redrive_items"], rights: { api: KEEP } },
  // How far and how old what they read is.
  { schema: "runner", tables: ["positions", "generations"], rights: { readers: READ } },
  { schema: "realtime", rights: { workers: ["SELECT", "INSERT"], api: ["SELECT", "DELETE"] } },
  { schema: "keys", rights: { workers: KEEP, api: KEEP } },
  { schema: "replay", rights: { owner: ALL, workers: ALL, api: KEEP } },
  { schema: "ordertrail", tables: ["migrations"], rights: { workers: READ, api: READ } },
  { schema: "reconciliation", rights: { workers: ALL, api: READ } },
  // That somebody has seen to a difference.
  { schema: "reconciliation", tables: ["differences"], rights: { api: KEEP } },
  // That it is wanted at once.
  { schema: "reconciliation", tables: ["calendar"], rights: { api: KEEP } },
  { schema: "customer_search", rights: { workers: ALL, api: READ } },
  ...PROCESS_SCHEMAS.map((schema) => ({ schema, rights: { workers: ALL } })),
];

/** Sets up the database's roles after a migration; see docs/decisions/0010-database-roles.md. */
export async function setUpRoles(config: Config, url: string, analyst?: AnalystLogin): Promise<RolesOutcome> {
  const pool = createPool({ ...config, DATABASE_URL: url }, { applicationName: "ordertrail roles", max: 2 });
  try {
    const outcome = await applyRoles(pool, {
      prefix: config.DATABASE_ROLE_PREFIX,
      grants: GRANTS,
      also: (tx, names) => adoptGenerations(tx, PROJECTIONS, new Map(Object.entries(names))),
    });
    if (outcome.state === "applied") await forAnalysts(pool, outcome.names.readers, analyst);
    return outcome;
  } finally {
    await pool.end();
  }
}

async function forAnalysts(pool: Pool, readers: string, analyst: AnalystLogin | undefined): Promise<void> {
  await refreshAnalystViews(pool, PROJECTIONS);
  if (analyst) await ensureAnalystLogin(pool, analyst, readers);
}

/** Where the embedded server's password of analysts lies. */
export const analystPasswordFile = (data: string): string => join(data, "keys", "analyst.password");

/** The login of analysts at the embedded server; its password is made once and stays in the data folder. */
export async function analystLogin(config: Config): Promise<AnalystLogin> {
  const secret = await readOrCreateSecret(analystPasswordFile(config.ORDERTRAIL_DATA), () =>
    Buffer.from(randomBytes(18).toString("hex")),
  );
  return { name: `${config.DATABASE_ROLE_PREFIX}_analyst`, password: secret.toString("utf8").trim() };
}

/** What to do by hand where the login may not make roles, for people. */
export function roleAdvice(outcome: RolesOutcome, prefix: string): string {
  if (outcome.state === "applied") return "";
  return [
    `roles: ${outcome.reason}.`,
    "Everything works without them, done as the login itself. To have them, let an administrator run",
    "",
    ...outcome.byHand.map((statement) => `  ${statement};`),
    "",
    `and run "ordertrail migrate" again. An analyst is a login that is a member of ${roleNames(prefix).readers}.`,
    "",
  ].join("\n");
}
