import type { Command } from "commander";
import { runJobCommand } from "./replay/run-job.ts";

/** Adds `ordertrail replay`: read models built anew, compared and swapped. */
export function register(program: Command): void {
  const replay = program.command("replay").description("build read models anew from the log, compare and swap them");
  replay
    .command("run-job", { hidden: true })
    .description("run one replay job, as the workers do")
    .argument("<job>", "id of the job")
    .option("--owner <name>", "name of this process")
    .action(runJobCommand);
}
