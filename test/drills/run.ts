import { parseArgs } from "node:util";
import { figureLines, verdictLines } from "./drill.ts";
import { DRILLS } from "./drills.ts";

/**
 * `npm run drills`: random kills with five further seeds, then every other drill. `--seed S` takes this one seed,
 * `--orders N` at least so many orders, `--only name` one drill. Exits with 1 when a promise was found broken.
 */
const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    orders: { type: "string" },
    only: { type: "string" },
    help: { type: "boolean", default: false },
  },
});

/** Others than those of the tests. */
const FURTHER_SEEDS = [11, 12, 13, 14, 15];
const say = (line: string) => void process.stdout.write(`${line}\n`);

const number = (name: string, text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  process.stderr.write(`--${name} takes a whole number\n`);
  process.exit(2);
};

const seed = number("seed", values.seed);
const orders = number("orders", values.orders) ?? 200;
const chosen = DRILLS.filter(({ name }) => values.only === undefined || name === values.only);
if (values.help || chosen.length === 0) {
  say("npm run drills -- [--seed S] [--orders N] [--only name]\n");
  for (const { name, what } of DRILLS) say(`  ${name.padEnd(18)}${what}`);
  process.exit(values.help ? 0 : 2);
}

const runs = chosen.flatMap((drill) => {
  const seeds = seed !== undefined ? [seed] : drill.name === "crash-random" ? FURTHER_SEEDS : FURTHER_SEEDS.slice(0, 1);
  return seeds.map((one) => ({ drill, seed: one }));
});

const red: string[] = [];
for (const { drill, seed: one } of runs) {
  const title = `${drill.name}, seed ${one}`;
  say(`\n=== ${title}: ${drill.what}`);
  try {
    const report = await drill.run({ seed: one, orders, say });
    for (const line of [...figureLines(report.figures), ...verdictLines(report)]) say(line);
    if (report.breaches.length > 0) red.push(title);
  } catch (error) {
    say(`${title}: did not come to its end: ${error instanceof Error ? error.stack : String(error)}`);
    red.push(title);
  }
}
say(`\n${runs.length - red.length} of ${runs.length} drills held${red.map((title) => `\n  red: ${title}`).join("")}`);
process.exit(red.length === 0 ? 0 : 1);
