import { Argument, type Command } from "commander";
import { PROCESS_SCHEMAS } from "../../commands/processes/runner/effects-table.ts";
import { PROJECTIONS } from "../../projections/read-models.ts";
import { bashScript } from "../completion/bash.ts";
import { fishScript } from "../completion/fish.ts";
import { type KnownValues, type Words, wordsOf } from "../completion/tree.ts";
import { zshScript } from "../completion/zsh.ts";

type Shell = "bash" | "zsh" | "fish";

const SCRIPTS: Readonly<Record<Shell, (places: readonly Words[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/** Adds `ordertrail completion`: a script by which a shell completes the program's words. */
export function register(program: Command, all: () => Promise<Command>): void {
  program
    .command("completion")
    .description("print a script that lets a shell complete commands, options and names of read models")
    .addArgument(new Argument("<shell>", "which one").choices(Object.keys(SCRIPTS)))
    .addHelpText(
      "after",
      `
Made from the program's own commands; print it again after an upgrade. It completes the word "ordertrail": where the
program is not installed under that name, say
  alias ordertrail='npm --prefix /path/to/the/project run --silent ordertrail --'

Install it:
  bash   ordertrail completion bash > ~/.local/share/bash-completion/completions/ordertrail
  zsh    ordertrail completion zsh > "\${fpath[1]}/_ordertrail"
  fish   ordertrail completion fish > ~/.config/fish/completions/ordertrail.fish`,
    )
    .action(async (shell: Shell) => {
      process.stdout.write(completionScript(shell, await all()));
    });
}

/** The script for a shell, made from a program with all its commands. */
export const completionScript = (shell: Shell, program: Command): string =>
  SCRIPTS[shell](wordsOf(program, knownValues()));

function knownValues(): KnownValues {
  const projections = PROJECTIONS.map(({ name }) => name);
  const tables = PROJECTIONS.flatMap((one) => one.tables.map((table) => `${one.name}.${table}`));
  return {
    projection: projections,
    what: ["events", "ocel", ...projections, ...tables],
    table: [...new Set(PROJECTIONS.flatMap((one) => one.tables))],
    "--only": [...projections, ...PROCESS_SCHEMAS],
  };
}
