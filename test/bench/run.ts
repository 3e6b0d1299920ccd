import { parseArgs } from "node:util";
import type { BenchOptions, Figure } from "./report/figure.ts";
import { machine, report } from "./report/report.ts";

interface Bench {
  /** How long each of its figures is measured unless told otherwise; the event node's are fixed. */
  readonly seconds: number;
  readonly load: () => Promise<{ run(options: BenchOptions): Promise<Figure[]> }>;
}

const BENCHES: Readonly<Record<string, Bench>> = {
  "event-node": { seconds: 4, load: () => import("./event-node-shares.ts") },
  projections: { seconds: 10, load: () => import("./projections.bench.ts") },
  queries: { seconds: 1, load: () => import("./queries.bench.ts") },
  orders: { seconds: 20, load: () => import("./orders.bench.ts") },
  "order-life": { seconds: 120, load: () => import("./order-life.bench.ts") },
  replay: { seconds: 60, load: () => import("./replay.bench.ts") },
  screens: { seconds: 20, load: () => import("./screens.bench.ts") },
  "live-updates": { seconds: 20, load: () => import("./live-updates.bench.ts") },
};

const DEFAULT_EVENTS = 200_000;
const DEFAULT_RATE = 50;
const DEFAULT_ROWS = 200_000;
const PLANS = "docs/performance/query-plans.md";

const USAGE = `npm run bench -- [--only NAME]... [--seconds N] [--rate N] [--events N] [--projection NAME]...
             [--rows N] [--plans] [--json]

Measures and prints where the time goes. Without --only, everything, in about eight minutes on an idle machine.
  --only NAME   ${Object.keys(BENCHES).join(", ")}
  --seconds N   how long orders and live updates are measured (default 20), and each query (default 1, at most 5)
  --rate N      orders a second of order-life (default ${DEFAULT_RATE})
  --events N    length of the log that read models are rebuilt from (default ${DEFAULT_EVENTS})
  --projection NAME  only this read model is rebuilt; "together": all of them by one reading of the log
  --rows N      rows of the timeline that queries are measured on (default ${DEFAULT_ROWS})
  --plans       writes the plans of those queries to ${PLANS}
  --json        figures as JSON

Long logs and large tables are kept in BENCH_DATA (default: a folder of the system's temporary one) for the next run.
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: "string", multiple: true },
      seconds: { type: "string" },
      rate: { type: "string" },
      events: { type: "string" },
      projection: { type: "string", multiple: true },
      rows: { type: "string" },
      plans: { type: "boolean", default: false },
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
  const given = positive(values.seconds, "--seconds");
  const rate = positive(values.rate, "--rate") ?? DEFAULT_RATE;
  const events = positive(values.events, "--events") ?? DEFAULT_EVENTS;
  const rows = positive(values.rows, "--rows") ?? DEFAULT_ROWS;
  const figures: Figure[] = [];
  for (const { seconds, load } of chosen) {
    const { run } = await load();
    const progress = (line: string) => process.stderr.write(`${line}\n`);
    figures.push(
      ...(await run({
        seconds: given ?? seconds,
        rate,
        events,
        projections: values.projection,
        rows,
        plans: values.plans ? PLANS : undefined,
        progress,
      })),
    );
  }
  process.stdout.write(
    values.json ? `${JSON.stringify({ machine: machine(), figures }, undefined, 2)}\n` : report(figures, machine()),
  );
}

function positive(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!(value > 0)) throw new Error(`${option} takes a positive number\n${USAGE}`);
  return value;
}

try {
  await main();
  process.exit(0);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
