import { type Command, InvalidArgumentError, Option } from "commander";
import { abortCommand, discardCommand, jobsCommand, previewCommand, redriveCommand } from "../dead-letters/jobs.ts";
import { listCommand, rulesCommand, showCommand } from "../dead-letters/look.ts";

/** Adds `ordertrail dead-letters`: what was set aside, and what becomes of it. */
export function register(program: Command): void {
  const letters = program
    .command("dead-letters")
    .description("what was set aside: events that cannot be handled, and effects that failed for good")
    .addHelpText(
      "after",
      `
An event that a consumer cannot handle is parked with what comes later in its stream; everything else goes on. Redriving
handles it again, with the same handler and everything behind it in order; what fails again stays parked. An effect that
failed for good is done again if it is still owed. Discarding does without it. Each is told in the order's timeline.

Works on DATABASE_URL and EVENTSTORE_URL, or on the system that runs (or ran) on the data folder of ORDERTRAIL_DATA. The
workers do the work: redrive and preview wait for them.

Examples:
  ordertrail dead-letters list
  ordertrail dead-letters list --consumer orders --json | jq '.counts'
  ordertrail dead-letters preview 4f6c1d1e-6a0e-4d5b-9d1d-5be9b6b0f9c1
  ordertrail dead-letters redrive --consumer orders --error TypeError --per-second 50 --reason "fixed in 1.4.2"
  ordertrail dead-letters discard 4f6c1d1e-6a0e-4d5b-9d1d-5be9b6b0f9c1 --reason "a test order"`,
    );

  filtered(letters.command("list").description("list them, those that failed last first, with counts by failure"))
    .addOption(
      new Option("--state <state>", "in which state")
        .choices(["parked", "redriven", "discarded", "all"])
        .default("parked"),
    )
    .option("--limit <letters>", "at most so many", count(1, 1_000), 50)
    .option("--json", "print them as JSON")
    .action(listCommand);

  letters
    .command("show")
    .description("show one with everything that is kept: payload, stack, attempts, who decided")
    .argument("<letter>", "its id")
    .option("--json", "print it as JSON")
    .action(showCommand);

  letters
    .command("preview")
    .description("what redriving would do; changes nothing and asks nobody outside")
    .argument("<letters...>", "their ids, up to 20")
    .option("--json", "print the outcome as JSON")
    .action(previewCommand);

  filtered(
    letters.command("redrive").description("let parked ones be tried again; Ctrl-C stops, the rest stays parked"),
  )
    .argument("[letters...]", "their ids; or a filter")
    .option("--all", "every parked one")
    .option("--per-second <letters>", "at most so many a second", count(1, 1_000), 20)
    .option("--reason <text>", "why; told in the timeline of each order")
    .option("--by <name>", "who you are", "command")
    .option("--json", "print the outcome as JSON")
    .action(redriveCommand);

  filtered(letters.command("discard").description("do without what parked ones are about"))
    .argument("[letters...]", "their ids; or a filter")
    .option("--per-second <letters>", "at most so many a second", count(1, 1_000), 20)
    .requiredOption("--reason <text>", "why; told in the timeline of each order")
    .option("--by <name>", "who you are", "command")
    .option("--json", "print the outcome as JSON")
    .action(discardCommand);

  letters
    .command("jobs")
    .description("the newest redrives and discards, and how far they are")
    .option("--json", "print them as JSON")
    .action(jobsCommand);

  letters
    .command("abort")
    .description("stop a redrive: what was not let go yet stays parked")
    .argument("<job>", "its id")
    .option("--json", "print how far it came as JSON")
    .action(abortCommand);

  letters
    .command("rules")
    .description("what is redriven by itself, and when")
    .option("--json", "print them as JSON")
    .action(rulesCommand);
}

function filtered(command: Command): Command {
  return command
    .addOption(new Option("--kind <kind>", "of events or of effects").choices(["event", "effect"]))
    .option("--consumer <name>", "of one process or read model")
    .option("--type <type>", "failure type, such as invalid_message")
    .addOption(new Option("--class <class>", "failure class").choices(["transient", "permanent", "poison"]))
    .option("--error <name>", "class of the error, such as TypeError")
    .option("--order <id>", "of one order")
    .option("--event-type <type>", "type of the event")
    .option("--before <time>", "failed last before this time")
    .option("--after <time>", "failed last at this time or later");
}

const count = (least: number, most: number) => (text: string) => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new InvalidArgumentError(`a whole number from ${least} to ${most}`);
  }
  return value;
};
