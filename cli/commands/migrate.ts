import type { Command } from "commander";
import { ConfigError, readConfig } from "../../infra/config.ts";
import { migrate } from "../../infra/postgres/migrations.ts";
import { roleAdvice, setUpRoles } from "../database/database-roles.ts";
import { MIGRATIONS } from "../database/migrations.ts";

/** Adds `ordertrail migrate`: brings the database of DATABASE_URL up to date. */
export function register(program: Command): void {
  program
    .command("migrate")
    .description("bring the database at DATABASE_URL up to date (`up` does it by itself)")
    .option("--json", "print the steps that were made, and the roles, as JSON")
    .addHelpText(
      "after",
      "\nSets up the database's roles as well, or says what to run by hand where the login may not.\n\nExample:\n  DATABASE_URL=postgresql://… ordertrail migrate",
    )
    .action(async ({ json }: { json?: true }) => {
      const config = readConfig();
      const { DATABASE_URL: url } = config;
      if (url === undefined) throw new ConfigError("DATABASE_URL is not set: it names the database to migrate");
      const names = await migrate(url, MIGRATIONS);
      const roles = await setUpRoles(config, url);
      if (json) {
        process.stdout.write(`${JSON.stringify({ made: names, steps: MIGRATIONS.length, roles })}\n`);
        return;
      }
      for (const name of names) process.stdout.write(`${name}\n`);
      process.stdout.write(names.length === 0 ? "up to date\n" : `${names.length} steps made\n`);
      process.stdout.write(roleAdvice(roles, config.DATABASE_ROLE_PREFIX));
    });
}
