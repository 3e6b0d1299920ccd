#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import { ConfigError } from "../infra/config.ts";
import { EXIT, fail } from "./exit.ts";

/** The commands, each imported only when it is asked for (or for the help), so that every start is quick. */
const COMMANDS: Readonly<Record<string, () => Promise<{ register(program: Command): void }>>> = {
  up: () => import("./up.ts"),
  serve: () => import("./serve.ts"),
  migrate: () => import("./migrate.ts"),
  token: () => import("./token.ts"),
  verify: () => import("./verify.ts"),
  status: () => import("./status.ts"),
  doctor: () => import("./doctor.ts"),
  replay: () => import("./replay.ts"),
  explain: () => import("./explain.ts"),
  export: () => import("./export.ts"),
  "event-node": () => import("./event-node.ts"),
  import: () => import("./import.ts"),
  openapi: () => import("./openapi.ts"),
  simulate: () => import("./simulate.ts"),
  drill: () => import("./drill.ts"),
};

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
  ordertrail serve --role api          one role, against DATABASE_URL and EVENTSTORE_URL

Settings are environment variables, described in infra/config.ts.
Exit codes: 0 fine, 1 failed or a promise found broken, 2 wrong usage or configuration.`,
  );

const asked = COMMANDS[process.argv[2] ?? ""];
for (const load of asked ? [asked] : Object.values(COMMANDS)) (await load()).register(program);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  else fail(error, error instanceof ConfigError ? EXIT.usage : EXIT.failed);
}
