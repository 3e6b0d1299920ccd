import { purchasesMigration } from "../../commands/processes/fraud/purchases-migration.ts";
import { EFFECTS_MIGRATIONS } from "../../commands/processes/runner/effects-migration.ts";
import { reconciliationMigration } from "../../commands/reconciliation/migration.ts";
import { runnerMigration } from "../../infra/consumers/migration.ts";
import { deadLettersMigration } from "../../infra/dead-letters/migration.ts";
import { keysMigration } from "../../infra/keys/migration.ts";
import { circuitsMigration } from "../../infra/outside/migration.ts";
import type { Migration } from "../../infra/postgres/migrations.ts";
import { rolesMigration } from "../../infra/postgres/roles-migration.ts";
import { customerSearchMigration } from "../../projections/customers/search/migration.ts";
import { replayMigration } from "../../projections/replay/migration.ts";
import { realtimeMigration } from "../../realtime/migration.ts";

/** The steps of all modules: each owns its schema. Read models make their tables themselves, one schema a generation. */
export const MIGRATIONS: readonly Migration[] = [
  runnerMigration,
  keysMigration,
  realtimeMigration,
  ...EFFECTS_MIGRATIONS,
  purchasesMigration,
  circuitsMigration,
  rolesMigration,
  replayMigration,
  deadLettersMigration,
  reconciliationMigration,
  customerSearchMigration,
];
