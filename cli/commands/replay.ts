import { type Command, InvalidArgumentError, Option } from "commander";
import { ConfigError } from "../../infra/config.ts";
import { PROJECTIONS } from "../../projections/read-models.ts";
import { dropCommand, listCommand } from "../replay/list-command.ts";
import { answeredQuestion, type QuestionOptions } from "../replay/question-commands.ts";
import { type RebuildOptions, rebuildCommand } from "../replay/rebuild-command.ts";
import { runJobCommand } from "../replay/run-job.ts";

interface ReplayOptions extends RebuildOptions, Omit<QuestionOptions, "json"> {
  readonly list?: true;
  readonly all?: true;
  readonly drop?: number;
}

/** Adds `ordertrail replay`: read models built anew, compared and swapped. */
export function register(program: Command): void {
  const replay = program
    .command("replay")
    .description("build a read model anew from the log, show what differs, and swap it in")
    .argument("[projection]", "which one")
    .option("--all", "every projection: built by one reading of the log, then compared and swapped in turn")
    .option("--list", "projections with their generations (also without any argument)")
    .option("--yes", "swap without asking, unless too much differs")
    .option("--no-swap", "build and compare only; a later call goes on from there")
    .option("--stop-share <share>", "stop when more of the rows differ (default: 1%)", share)
    .option("--accept-diff", "swap whatever differs")
    .option("--fresh", "start anew, and drop what an unfinished rebuild has built")
    .option("--back", "let the generation before catch up, and swap it in again")
    .addOption(new Option("--drop <generation>", "drop a generation that is not live").argParser(generation))
    .option("--as-of <moment>", "build it as it stood at a position or time, in a scratch schema")
    .option("--what-if <file>", "run the handler of a file over the same events and show what would differ")
    .option("--scratch", "list the scratch schemas that --as-of and --what-if have made")
    .option("--drop-scratch <schema>", "drop one of them")
    .option("--json", "print the outcome as JSON")
    .addHelpText(
      "after",
      `
The new generation is built beside the live one, which goes on being written and read. Both are compared row by row at
one position. The swap holds up nobody: the old generation is read up to a position, the new one from it on. The old one
is kept until it is dropped. Ctrl-C leaves what was built; the same command goes on with it.

Works on DATABASE_URL and EVENTSTORE_URL, or on the system that runs (or ran) on the data folder of ORDERTRAIL_DATA.
Exits with 1 when a rebuild did not come to its end, or too much differs.

Examples:
  ordertrail replay                             what there is
  ordertrail replay orders                      build, show what differs, ask
  ordertrail replay orders --yes --stop-share 5%
  ordertrail replay --all --yes
  ordertrail replay orders --drop 1
  ordertrail replay orders --as-of 2026-11-21T18:00:00Z
  ordertrail replay analytics --what-if ./my-handler.ts`,
    )
    .action(chosen);
  replay
    .command("run-job", { hidden: true })
    .description("run one replay job, as the workers do")
    .argument("<job>", "id of the job")
    .option("--owner <name>", "name of this process")
    .action(runJobCommand);
}

async function chosen(projection: string | undefined, options: ReplayOptions): Promise<void> {
  if (await answeredQuestion(projection, options)) return;
  if (options.drop !== undefined) {
    if (projection === undefined) throw new ConfigError("--drop needs the name of a projection");
    return await dropCommand(projection, options.drop, options);
  }
  if (options.all) {
    if (projection !== undefined) throw new ConfigError("either a projection or --all");
    return await rebuildCommand(
      PROJECTIONS.map(({ name }) => name),
      options,
    );
  }
  if (options.list || projection === undefined) return await listCommand(options);
  await rebuildCommand([projection], options);
}

/** `5%` or `0.05`. */
function share(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(%?)$/.exec(text);
  const value = Number(match?.[1]) / (match?.[2] ? 100 : 1);
  if (match === null || value > 1) throw new InvalidArgumentError("a share such as 5% or 0.05");
  return value;
}

function generation(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError("the number of a generation");
  return Number(text);
}
