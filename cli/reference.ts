import type { Command } from "commander";
import { EXIT } from "./exit.ts";
import { buildProgram } from "./program.ts";

const HELP_WIDTH = 110;

/** The reference of all commands as Markdown, made from their own help: docs/cli.md is this text. */
export async function commandReference(): Promise<string> {
  const program = await buildProgram();
  return [
    "# Commands",
    "",
    "What `ordertrail --help` and the help of each command say; this page is made from them by `npm run docs:cli`.",
    "From a checkout: `npm run ordertrail -- <command>`.",
    "",
    "## Exit codes",
    "",
    "| code | meaning |",
    "| --- | --- |",
    `| ${EXIT.ok} | fine |`,
    `| ${EXIT.failed} | it failed, or a promise was found broken (verify, doctor, status, event-node check, drill, …) |`,
    `| ${EXIT.usage} | wrong usage or configuration: nothing to try again before somebody changed it |`,
    "",
    "With `--json` a command prints one JSON value to standard output (lines of them where it goes on and on), and what",
    "people watch, such as progress, to standard error. Errors are a line on standard error that begins with `ordertrail:`.",
    "",
    ...section(program, "ordertrail"),
    "",
  ].join("\n");
}

function section(command: Command, name: string): string[] {
  const children = command
    .createHelp()
    .visibleCommands(command)
    .filter((child) => child.name() !== "help");
  return [
    `## ${name}`,
    "",
    "```text",
    helpOf(command),
    "```",
    ...children.flatMap((child) => ["", ...section(child, `${name} ${child.name()}`)]),
  ];
}

/** The whole help, with what is added to it, as wide on every machine. */
function helpOf(command: Command): string {
  let text = "";
  command.configureHelp({ helpWidth: HELP_WIDTH });
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
  });
  command.outputHelp();
  return text.trim();
}

if (import.meta.main) process.stdout.write(await commandReference());
