import { type Command, InvalidArgumentError, Option } from "commander";
import type { CrashMode, CrashReport } from "../test/drills/crash/crash-drill.ts";
import { EXIT } from "./exit.ts";

interface CrashOptions {
  readonly seed: number;
  readonly orders: number;
  readonly mode: CrashMode | "both";
  readonly json?: true;
}

const wholeNumber = (text: string): number => {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 1_000_000) throw new InvalidArgumentError("a whole number from 0 to 1000000");
  return value;
};

/** Adds `ordertrail drill`: promises, put to the test on a system that the drill brings along. */
export function register(program: Command): void {
  const drill = program.command("drill").description("put promises to the test on a system of the drill's own");
  drill
    .command("crash")
    .description("kill processes while orders are in flight, and judge from outside what is left")
    .option("--seed <n>", "makes the same choices again", wholeNumber, 1)
    .option("--orders <n>", "at least so many orders in all", wholeNumber, 200)
    .addOption(
      new Option("--mode <mode>", "each failpoint once; random kills of every process; or both, one after the other")
        .choices(["failpoints", "random", "both"])
        .default("both"),
    )
    .option("--json", "print the outcome as JSON, and what happens to standard error")
    .addHelpText(
      "after",
      `
Starts a system of its own on free ports, in a folder that it removes again. At each kill at least 50 orders are in
flight. At the end no acknowledged order may be lost, every paid order is charged once by the payment gateway's own
log, no stock is leaked or oversold, no courier is left claimed, every chain verifies, and every order has ended or
waits for a stated reason. Exits with 1 otherwise.

Examples:
  ordertrail drill crash
  ordertrail drill crash --mode random --seed 7 --orders 500`,
    )
    .action(crash);
  drill
    .command("replay")
    .description("rebuild and swap every read model while orders flow, killing the rebuild on the way")
    .option("--seed <n>", "makes the same choices again", wholeNumber, 1)
    .option("--orders <n>", "at least so many orders in all", wholeNumber, 200)
    .option("--json", "print the outcome as JSON, and what happens to standard error")
    .addHelpText(
      "after",
      `
Starts a system of its own on free ports, in a folder that it removes again. Readers poll pages, orders and positions, and
watch topics, all the time: every answer is a success, and nothing they are shown goes back. Every generation is equal to
the one before at its swap, and every acknowledged order is there at the end. Exits with 1 otherwise.

Example:
  ordertrail drill replay --orders 500`,
    )
    .action(replay);
}

async function replay({ seed, orders, json }: Omit<CrashOptions, "mode">): Promise<void> {
  const { replaySwapDrill } = await import("../test/drills/replay/replay-drill.ts");
  const { figureLines, verdictLines } = await import("../test/drills/drill.ts");
  const out = json ? process.stderr : process.stdout;
  const say = (line: string) => void out.write(`${line}\n`);
  const report = await replaySwapDrill.run({ seed, orders, say });
  for (const line of [...figureLines(report.figures), ...verdictLines(report)]) say(line);
  if (json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  process.exitCode = report.breaches.length === 0 ? EXIT.ok : EXIT.failed;
}

async function crash({ seed, orders, mode, json }: CrashOptions): Promise<void> {
  const { crashDrill } = await import("../test/drills/crash/crash-drill.ts");
  const { figureLines, verdictLines } = await import("../test/drills/drill.ts");
  const out = json ? process.stderr : process.stdout;
  const say = (line: string) => void out.write(`${line}\n`);
  const reports: CrashReport[] = [];
  for (const one of mode === "both" ? (["failpoints", "random"] as const) : [mode]) {
    const report = await crashDrill({ mode: one, seed, orders, say });
    reports.push(report);
    for (const line of [...figureLines(report.figures), ...verdictLines(report)]) say(line);
  }
  if (json) process.stdout.write(`${JSON.stringify(reports, null, 2)}\n`);
  process.exitCode = reports.every(({ breaches }) => breaches.length === 0) ? EXIT.ok : EXIT.failed;
}
