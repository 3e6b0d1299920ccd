import { parseArgs } from "node:util";
import type { BenchOptions, Figure } from "./figure.ts";
import { machine, report } from "./report.ts";

interface Bench {
  /** How long each of its figures is measured unless told otherwise; the event node's are fixed. */
  readonly seconds: number;
  readonly load: () => Promise<{ run(options: BenchOptions): Promise<Figure[]> }>;
}

const BENCHES: Readonly<Record<string, Bench>> = {
  "event-node": { seconds: 4, load: () => import("./event-node-shares.ts") },
  projections: { seconds: 10, load: () => import("./projections.bench.ts") },
  orders: { seconds: 20, load: () => import("./orders.bench.ts") },
  "live-updates": { seconds: 20, load: () => import("./live-updates.bench.ts") },
};

const USAGE = `npm run bench -- [--only NAME]... [--seconds N] [--json]

Measures and prints where the time goes. Without --only, everything, in less than five minutes on an idle machine.
  --only NAME   ${Object.keys(BENCHES).join(", ")}
  --seconds N   how long orders and live updates are measured (default 20)
  --json        figures as JSON
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: "string", multiple: true },
      seconds: { type: "string" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const chosen = (values.only ?? Object.keys(BENCHES)).map((name) => {
    const bench = BENCHES[name];
    if (bench === undefined) throw new Error(`there is no bench "${name}"\n${USAGE}`);
    return bench;
  });
  const given = values.seconds === undefined ? undefined : Number(values.seconds);
  if (given !== undefined && !(given > 0)) throw new Error(`--seconds takes a positive number\n${USAGE}`);
  const figures: Figure[] = [];
  for (const { seconds, load } of chosen) {
    const { run } = await load();
    const progress = (line: string) => process.stderr.write(`${line}\n`);
    figures.push(...(await run({ seconds: given ?? seconds, progress })));
  }
  process.stdout.write(
    values.json ? `${JSON.stringify({ machine: machine(), figures }, undefined, 2)}\n` : report(figures, machine()),
  );
}

try {
  await main();
  process.exit(0);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
