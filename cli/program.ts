import { Command } from "commander";

/** A command's file: adds it to the program. `all` builds the program with all commands, for who describes them. */
interface CommandModule {
  register(program: Command, all: () => Promise<Command>): void;
}

/** The commands, each imported only when it is asked for (or for the help), so that every start is quick. */
export const COMMANDS: Readonly<Record<string, () => Promise<CommandModule>>> = {
  up: () => import("./commands/up.ts"),
  serve: () => import("./commands/serve.ts"),
  migrate: () => import("./commands/migrate.ts"),
  token: () => import("./commands/token.ts"),
  verify: () => import("./commands/verify.ts"),
  status: () => import("./commands/status.ts"),
  doctor: () => import("./commands/doctor.ts"),
  replay: () => import("./commands/replay.ts"),
  "dead-letters": () => import("./commands/dead-letters.ts"),
  stuck: () => import("./commands/stuck.ts"),
  reconcile: () => import("./commands/reconcile.ts"),
  owed: () => import("./commands/owed.ts"),
  explain: () => import("./commands/explain.ts"),
  export: () => import("./commands/export.ts"),
  backup: () => import("./commands/backup.ts"),
  restore: () => import("./commands/restore.ts"),
  "event-node": () => import("./commands/event-node.ts"),
  import: () => import("./commands/import.ts"),
  openapi: () => import("./commands/openapi.ts"),
  outside: () => import("./commands/outside.ts"),
  simulate: () => import("./commands/simulate.ts"),
  drill: () => import("./commands/drill.ts"),
  completion: () => import("./commands/completion.ts"),
};

/** What every help text says of the exit codes. */
const EXIT_CODES = "Exit codes: 0 fine, 1 failed or a promise found broken, 2 wrong usage or configuration.";

/** The program with one of its commands, or with all of them. */
export async function buildProgram(only?: string): Promise<Command> {
  const program = new Command("ordertrail")
    .description("Event-sourced order platform: every step of an order is a hash-chained event.")
    .showSuggestionAfterError()
    .showHelpAfterError("(--help shows what there is)")
    .exitOverride()
    .addHelpText(
      "after",
      `
Examples:
  ordertrail up                        everything on this machine, at http://127.0.0.1:7300
  ordertrail doctor                    what is wrong, and how to mend it
  ordertrail serve --role api          one role, against DATABASE_URL and EVENTSTORE_URL

Settings are environment variables, described in docs/configuration.md. All commands: docs/cli.md.
${EXIT_CODES}`,
    );
  const asked = COMMANDS[only ?? ""];
  for (const load of asked ? [asked] : Object.values(COMMANDS)) (await load()).register(program, () => buildProgram());
  return program;
}
