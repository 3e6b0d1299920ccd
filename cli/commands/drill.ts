import { join, resolve } from "node:path";
import { Argument, type Command, InvalidArgumentError } from "commander";
import { readConfig } from "../../infra/config.ts";
import { EXIT, fail } from "../exit.ts";

interface DrillCommandOptions {
  readonly all?: true;
  readonly seed?: number;
  readonly orders?: number;
  readonly times?: number;
  readonly resume?: true;
  readonly folder?: string;
  readonly json?: true;
}

/** Others than those of the tests. */
const SEED_OF_ALL = 11;
const SEED_OF_ONE = 1;
const ORDERS = 200;
const ONE_WITHIN_MS = 60 * 60_000;

/** An installation without the tests has no drills; its help says so. */
const DRILLS = await import("../../test/drills/drills.ts").then(
  (list) => list.DRILLS,
  () => [],
);

const wholeNumber = (text: string): number => {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 1_000_000) throw new InvalidArgumentError("a whole number from 0 to 1000000");
  return value;
};

/** Adds `ordertrail drill`: promises, put to the test on a system that the drill brings along. */
export function register(program: Command): void {
  const names = DRILLS.map(({ name }) => name);
  program
    .command("drill")
    .description("put a promise to the test on a system of the drill's own")
    .addArgument(new Argument("[name]", "which one; --help lists them").choices(names))
    .option("--all", "every drill, one after the other, each in a process of its own")
    .option(
      "--seed <n>",
      `makes the same choices again (default: ${SEED_OF_ONE}; of --all: ${SEED_OF_ALL})`,
      wholeNumber,
    )
    .option(
      "--orders <n>",
      `at least so many orders, where the drill has orders to choose (default: ${ORDERS}, or as listed below)`,
      wholeNumber,
    )
    .option(
      "--times <n>",
      "run so many times, with following seeds (default: once; in --all as listed below)",
      wholeNumber,
    )
    .option("--resume", "go on with the last --all that was interrupted, with its seed and orders")
    .option("--folder <path>", "where --all keeps which drills have ended (default: drills in ORDERTRAIL_DATA)")
    .option("--json", "print the outcome as JSON, and what happens to standard error")
    .addHelpText("after", () => helpOfDrills())
    .action(drill);
}

function helpOfDrills(): string {
  const width = Math.max(0, ...DRILLS.map(({ name }) => name.length));
  const lines = DRILLS.map(({ name, what, times = 1, orders }) => {
    const more = [...(times > 1 ? [`× ${times} in --all`] : []), ...(orders ? [`${orders} orders`] : [])].join(", ");
    return `  ${name.padEnd(width)}  ${what}${more === "" ? "" : ` (${more})`}`;
  });
  return `
Drills:
${lines.length === 0 ? "  none: they come with a checkout of the project" : lines.join("\n")}

Each drill starts a system of its own on free ports, in a folder that it removes again, with people who order, cook and
deliver; breaks what it is named after; and judges from outside, by the clients' own record, the simulators' own logs and
the event store: no acknowledged order is lost, every paid order is charged once, no stock is leaked or oversold, every
chain verifies, and every order has ended or waits for a stated reason. Exits with 1 when a drill is red. One that this
machine cannot run (no nats-server, no right to mount) says so, and counts neither way.

Examples:
  ordertrail drill crash-random --seed 7 --orders 500
  ordertrail drill --all
  ordertrail drill --all --resume`;
}

async function drill(name: string | undefined, options: DrillCommandOptions): Promise<void> {
  if (options.all !== undefined || options.resume !== undefined) {
    if (name !== undefined) return fail(new Error("either the name of a drill or --all"), EXIT.usage);
    return await all(options);
  }
  const chosen = DRILLS.find((one) => one.name === name);
  if (!chosen) return fail(new Error("name a drill, or --all; --help lists them"), EXIT.usage);
  const { figureLines, verdictLines } = await import("../../test/drills/drill.ts");
  const out = options.json ? process.stderr : process.stdout;
  const say = (line: string) => void out.write(`${line}\n`);
  const { seed = SEED_OF_ONE, orders = chosen.orders ?? ORDERS, times = 1 } = options;
  // The system that the drill has started is told to end when this process does.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(EXIT.failed));
  let red = false;
  for (let n = 0; n < times; n++) {
    const report = await chosen.run({ seed: seed + n, orders, say });
    for (const line of [...figureLines(report.figures), ...verdictLines(report)]) say(line);
    if (options.json) process.stdout.write(`${JSON.stringify(report)}\n`);
    red ||= report.breaches.length > 0;
  }
  // Whatever a drill has left open, such as a connection that is being closed, does not hold up the end.
  process.exit(red ? EXIT.failed : EXIT.ok);
}

async function all(options: DrillCommandOptions): Promise<void> {
  const { interrupted, runCampaign, runsOf } = await import("../../test/drills/campaign.ts");
  const { campaignLines } = await import("../../test/drills/show.ts");
  const folder = resolve(options.folder ?? join(readConfig().ORDERTRAIL_DATA, "drills"));
  const earlier = options.resume ? await interrupted(folder) : undefined;
  if (options.resume && !earlier) return fail(new Error(`there is nothing to go on with in ${folder}`), EXIT.usage);
  const seed = options.seed ?? earlier?.seed ?? SEED_OF_ALL;
  const orders = options.orders ?? earlier?.orders;
  if (earlier && (earlier.seed !== seed || earlier.orders !== orders)) {
    const was = `--seed ${earlier.seed}${earlier.orders === undefined ? "" : ` --orders ${earlier.orders}`}`;
    return fail(
      new Error(`what was interrupted ran with ${was}: go on with that, or begin without --resume`),
      EXIT.usage,
    );
  }
  const out = options.json ? process.stderr : process.stdout;
  const ending = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => ending.abort());
  const runs = runsOf(DRILLS, seed, options.times);
  const { signal } = ending;
  const outcomes = await runCampaign(runs, earlier?.ended ?? [], {
    seed,
    orders,
    folder,
    withinMs: ONE_WITHIN_MS,
    out,
    signal,
  });
  const left = runs.length - outcomes.length;
  out.write(`\n${campaignLines(outcomes, left).join("\n")}\n`);
  if (options.json) process.stdout.write(`${JSON.stringify(outcomes, null, 2)}\n`);
  process.exitCode = left === 0 && outcomes.every(({ verdict }) => verdict !== "red") ? EXIT.ok : EXIT.failed;
}
