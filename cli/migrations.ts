import type { Migration } from "../infra/postgres/migrations.ts";

/** The steps of all modules: each owns its schema, and brings its steps in a list of its own. */
export const MIGRATIONS: readonly Migration[] = [];
